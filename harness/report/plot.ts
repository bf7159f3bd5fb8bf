/** Plots as inline SVG, drawn once wide and once narrow so that letters keep their size on a phone. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { html, rawHtml, type Html } from './html.ts';

const WIDTHS_PX = { wide: 960, narrow: 350 } as const;

export interface PlotSpec {
  title: string;
  /** One sentence that says what the plot shows. */
  lede: string;
  /** The plot in words, for a reader who can't see it. */
  alt: string;
  /** Says what each colour or shape stands for. */
  legend?: Html;
  draw: (narrow: boolean) => Plot.PlotOptions;
}

/** A captioned plot, drawn both wide and narrow; the page's style shows one of the two. */
export function drawPlot(spec: PlotSpec): Html {
  const drawings = html`<div class="wide">${render(spec, 'wide')}</div><div class="narrow">${render(spec, 'narrow')}</div>`;
  return captioned('plot', spec, drawings);
}

/** One of many plots that stand beside each other: drawn once, for a column as wide as a phone. */
export function drawSmallPlot(spec: PlotSpec): Html {
  return captioned('plot small', spec, render(spec, 'narrow'));
}

/** A plot as the text of an SVG file, for a paper: its title above it, in the colours of light paper, white behind it. */
export function plotFile(spec: PlotSpec): string {
  const plot = render(spec, 'wide').text;
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(plot)!;
  const titleHeight = 34;
  const whole = Number(height) + titleHeight;
  const inner = plot
    .replace('<svg', `<svg y="${titleHeight}"`)
    .replaceAll(/var\(--([a-z]+)\)/g, (_, name: string) => PAPER[name] ?? PAPER.ink);
  const file = html`<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}" font-family="Helvetica, Arial, sans-serif" color="${PAPER.ink}" fill="${PAPER.ink}">
<title>${spec.title}</title>
<desc>${spec.alt}</desc>
<rect width="100%" height="100%" fill="#fff"/>
<text x="6" y="22" font-size="16" font-weight="600">${spec.title}</text>
${rawHtml(inner)}
</svg>
`;
  return file.text;
}

/** Shapes of marks and legends, as paths about the origin within 12 by 12. Each series has a shape of its own, so that grey paper suffices. */
export const SHAPES = {
  circle: 'M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z',
  square: 'M-4.4-4.4H4.4V4.4H-4.4Z',
  diamond: 'M0-6L5.4 0L0 6L-5.4 0Z',
  triangle: 'M0-5.6L5.6 4.4H-5.6Z',
  down: 'M0 5.6L5.6-4.4H-5.6Z',
  dot: 'M2 0A2 2 0 1 1-2 0A2 2 0 1 1 2 0Z',
  speck: 'M1.4 0A1.4 1.4 0 1 1-1.4 0A1.4 1.4 0 1 1 1.4 0Z',
  times: 'M-3-2.4L-2.4-3L0-.6L2.4-3L3-2.4L.6 0L3 2.4L2.4 3L0 .6L-2.4 3L-3 2.4L-.6 0Z',
  cross: 'M-4.8-3.2L-3.2-4.8L0-1.6L3.2-4.8L4.8-3.2L1.6 0L4.8 3.2L3.2 4.8L0 1.6L-3.2 4.8L-4.8 3.2L-1.6 0Z',
  plus: 'M-1.3-5.4H1.3V-1.3H5.4V1.3H1.3V5.4H-1.3V1.3H-5.4V-1.3H-1.3Z',
} as const;
export type Shape = keyof typeof SHAPES;

/** Each entry has a colour (a CSS value), a shape, filled or in outline, and a word. */
export function legend(entries: { colour: string; shape: Shape; label: string; outline?: boolean }[]): Html {
  const items = entries.map(({ colour, shape, label, outline }) => {
    const paint = outline === true ? html`fill="none" stroke="${colour}" stroke-width="1.6"` : html`fill="${colour}"`;
    return html`<li><svg viewBox="-9 -9 18 18" aria-hidden="true"><path d="${SHAPES[shape]}" ${paint}/></svg>${label}</li>`;
  });
  return html`<ul class="legend">${items}</ul>`;
}

// --- internal ---

/** The page's colours on light paper. */
const PAPER: Readonly<Record<string, string>> = {
  ink: '#1b1f24',
  soft: '#57606a',
  line: '#d5d9de',
  panel: '#f4f5f7',
  paper: '#ffffff',
  blue: '#0067a5',
  red: '#c14a00',
  green: '#007a5a',
  grey: '#6b7280',
};

/** Stands in a drawing for the text of its alternative. */
const ALT_PLACE = 'alt text';

const { document } = parseHTML('<html><body></body></html>');

function captioned(className: string, spec: PlotSpec, drawing: Html): Html {
  const caption = html`<figcaption><h3>${spec.title}</h3><p>${spec.lede}</p></figcaption>`;
  return html`<figure class="${className}">${caption}${spec.legend ?? ''}${drawing}</figure>`;
}

function render(spec: PlotSpec, size: keyof typeof WIDTHS_PX): Html {
  const svg = Plot.plot({
    width: WIDTHS_PX[size],
    style: { fontSize: '13px', background: 'none' },
    ...spec.draw(size === 'narrow'),
    document: document as unknown as Plot.PlotOptions['document'],
  });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', ALT_PLACE);
  // The page has a style sheet for plots, so Plot's own copy in each drawing is not needed.
  for (const style of svg.querySelectorAll('style')) style.remove();
  // linkedom leaves < and & in attributes as they are, which a file of SVG must not have.
  const alt = html`aria-label="${spec.alt}"`;
  return rawHtml(shortened(svg.outerHTML).replace(`aria-label="${ALT_PLACE}"`, () => alt.text));
}

const GEOMETRY = / (?:d|x|y|x1|x2|y1|y2|cx|cy|r|width|height|transform)="[^"]*"/g;

/** Cuts geometry to a tenth of a pixel: the 15 digits that Plot writes would be most of the page. Labels stay as they are. */
function shortened(svg: string): string {
  return svg.replace(GEOMETRY, (attribute) => attribute.replace(/(\.\d)\d+/g, '$1'));
}
