/** The whole trace over a long time: HUNDREDBLOCK_DURATION stretches it; by default it goes in real time (speed 1). */
import { createCityScript } from './whole-city.ts';

export const { options, setup, handleSummary, arrive, holdPhones, holdDoorbells } = createCityScript('soak', {
  slow: true,
});
