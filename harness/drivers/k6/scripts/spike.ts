/**
 * The whole trace, a part of the window many times over (HUNDREDBLOCK_SPIKE): copies of CAD messages with the same keys, and more
 * motions. The alerts that are owed stay the same.
 */
import { createCityScript } from './whole-city.ts';

export const { options, setup, handleSummary, arrive, holdPhones, holdDoorbells } = createCityScript('spike', {
  spike: true,
});
