/** An agency's part of map.json: its ground, thinned to what a report can draw. */
import { CATEGORIES, EVENT_TYPES } from '../../contract/catalogue.ts';
import type { MapFile } from '../../contract/record/lines.ts';
import type { City } from '../../simulator/city/city.ts';
import type { Incident } from '../../simulator/incidents/incident.ts';
import type { People } from '../../simulator/people/people.ts';

const BLOCKS_MAX = 4000;
const INCIDENTS_MAX = 2000;
const HOMES_MAX = 1500;

export interface MapSources {
  id: string;
  name: string;
  city: City;
  people: People;
  incidents: readonly Incident[];
  startMs: number;
}

export function drawMap({ id, name, city, people, incidents, startMs }: MapSources): MapFile['agencies'][number] {
  const { blockBox } = city.gazetteer;
  return {
    id,
    name,
    box: city.box,
    blocks: sampleIndices(city.density.length, BLOCKS_MAX).map((i) => [
      ...centreLine(blockBox.subarray(4 * i, 4 * i + 4)),
      city.density[i],
    ]),
    incidents: sampleIndices(incidents.length, INCIDENTS_MAX).map((i) => incidentRow(incidents[i], startMs)),
    appUsers: sampleIndices(people.x.length, HOMES_MAX).map((i) => [people.x[i], people.y[i]]),
  };
}

/** The alert radii that residents chose, ascending, each with the number of residents. */
export function countRadii(people: People): MapFile['radii'] {
  const counts = new Map<number, number>();
  for (const radiusDm of people.radiusDm) counts.set(radiusDm, (counts.get(radiusDm) ?? 0) + 1);
  return [...counts].sort((a, b) => a[0] - b[0]).map(([radiusDm, residents]) => ({ radiusDm, residents }));
}

// --- internal ---

/** At most `most` indices below `length`, evenly spaced from 0. */
function sampleIndices(length: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(length / most));
  return Array.from({ length: Math.ceil(length / step) }, (_, k) => k * step);
}

function incidentRow({ place, really, onsetMs }: Incident, startMs: number): number[] {
  const category = really < 0 ? null : EVENT_TYPES[really].category;
  const minutes = Math.round((onsetMs - startMs) / 60_000);
  return [place.x, place.y, minutes, really < 0 ? 0 : 1, category === null ? -1 : CATEGORIES.indexOf(category)];
}

/** The street along the middle of a block's box. */
function centreLine([x0, y0, x1, y1]: Int32Array): number[] {
  const x = Math.round((x0 + x1) / 2);
  const y = Math.round((y0 + y1) / 2);
  return x1 - x0 >= y1 - y0 ? [x0, y, x1, y] : [x, y0, x, y1];
}
