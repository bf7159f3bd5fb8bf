/** Residents' posts about what worries them, and comments: short texts, some with a name and a phone that should not be there. */
import type { PrivateString } from '../../contract/manifest.ts';
import type { Draw } from '../kernel/random.ts';

/** About two in five posts are about theft, and three in ten about nothing criminal (The Markup, solid). */
const TEXTS = [
  'Did anybody else see the man walking up and down our street just now?',
  'Somebody took a package from our porch this afternoon.',
  'Car windows broken on our block again, check your vehicles.',
  'Stranger at the door asking about the gas meter, no badge that I could see.',
  'Heard loud bangs, probably fireworks, anybody know more?',
  'Bike gone from the garage, door was left open.',
  'White van parked across the road for an hour.',
  'Found a dog without a collar near the playground.',
  'Someone tried the handle of our front door last night.',
  'Tools stolen from the truck, please look at your cameras.',
];
/** Comments on others' posts (assumed). */
const COMMENTS = [
  'Same here, saw it too.',
  'Did you call it in?',
  'Thanks for letting us know.',
  'We have it on camera, I think.',
  'That was only the parcel man.',
  'Keep your doors locked, everybody.',
];
/** Share of posts that carry the author's own contact details (assumed). */
const CONTACT_SHARE = 0.15;

/** Words a post or a comment. `privates`: the private strings in it. */
export function composePost(
  draw: Draw,
  author: { full: string; phone: string },
  isComment: boolean,
): { text: string; privates: PrivateString[] } {
  const texts = isComment ? COMMENTS : TEXTS;
  const text = texts[Math.floor(draw() * texts.length)];
  if (draw() >= CONTACT_SHARE) return { text, privates: [] };
  return {
    text: `${text} Call ${author.full} at ${author.phone}.`,
    privates: [
      { kind: 'name', value: author.full },
      { kind: 'phone', value: author.phone },
    ],
  };
}
