/** The whole trace: agencies, residents and doorbells. The script to start with. */
import { createCityScript } from './whole-city.ts';

export const { options, setup, handleSummary, arrive, holdPhones, holdDoorbells } = createCityScript('city');
