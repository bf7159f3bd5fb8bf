/** Residents' posts: private strings blanked, shown to those who live near the author, and never joined to anything of CAD. */
import type { PipelineOutput } from '../../contract/pipeline.ts';
import { redact } from './redact.ts';
import type { Target } from './target.ts';

/** A post is shown this far around its author's home, dm. */
const POST_RADIUS_DM = 8000;

export function publishPost(post: { postId: string; resident: number; text: string }, target: Target): PipelineOutput {
  const audience = target.neighbours(post.resident, POST_RADIUS_DM);
  if (audience === null)
    return {
      kind: 'log',
      level: 'warn',
      code: 'unknown-resident',
      text: 'post dropped: its author is not in the roster',
    };
  const { text } = redact(post.text, []);
  if (text === null)
    return { kind: 'log', level: 'warn', code: 'post-not-cleared', text: 'post dropped: its text can not be cleared' };
  return { kind: 'post', postId: post.postId, text, audience };
}
