/** mqtt-packet as one module that k6's scripts can load: k6 resolves no packages, and has neither Buffer nor process. */
import { build, type Plugin } from 'esbuild';

/** Path from the package's root. */
export const MQTT_FOR_K6 = 'harness/drivers/k6/scripts/build/mqtt-packet.js';

/** The module's text. `root` is the package's root. */
export async function mqttForK6(root: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: {
      // Its table of all packet ids would take each VU a second to fill.
      contents: `import { generate, parser, writeToStream } from 'mqtt-packet';
writeToStream.cacheNumbers = false;
export { generate, parser };`,
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2017',
    minify: true,
    legalComments: 'inline',
    define: { global: 'globalThis' },
    banner: { js: 'globalThis.process = { nextTick: (run, ...given) => run(...given), env: {} };' },
    plugins: [lean(root)],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0].contents;
}

// --- internal ---

/** Only the list of buffers is used of `bl`. Its streams would be four fifths of the bundle, and each VU loads all of it. */
function lean(root: string): Plugin {
  const contents: Record<string, string> = {
    bl: "const BufferList = require('bl/BufferList'); module.exports = () => new BufferList();",
    debug: 'module.exports = () => () => {};',
  };
  return {
    name: 'lean',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(?:bl|debug)$/ }, ({ path }) => ({ path, namespace: 'lean' }));
      onLoad({ filter: /.*/, namespace: 'lean' }, ({ path }) => ({ contents: contents[path], resolveDir: root }));
    },
  };
}
