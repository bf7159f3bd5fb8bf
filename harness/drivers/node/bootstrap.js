// First file of the driver's process: it starts without its parent's module hooks, so it registers them, then imports the driver.
// `tsconfig: false`, as in bin/hundredblock.js: the folder a user stands in must not change how this program is read.
import { register } from 'tsx/esm/api';

register({ tsconfig: false });
await import('./driver-process.ts');
