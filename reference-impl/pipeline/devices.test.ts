import { expect, it } from 'vitest';
import { DAY_MS } from '../../contract/time.ts';
import { createDevices } from './devices.ts';

it('forgets doorbells silent for a day, and follows no more than its bound', () => {
  const devices = createDevices(2);
  devices.seen(1, 0);
  devices.seen(2, 10);
  devices.seen(3, 20);
  expect(devices.count()).toBe(2);
  devices.seen(1, DAY_MS);
  expect(devices.count()).toBe(2);
  devices.seen(3, 2 * DAY_MS);
  expect(devices.count()).toBe(1);
});
