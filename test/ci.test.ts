/** The workflows, by their own rules and ours: no runner is here to try them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Type from 'typebox';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseArgs } from '../harness/cli/args.ts';
import { COMMANDS, type CommandName } from '../harness/cli/commands.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const textOf = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const GITHUB = textOf('.github/workflows/ci.yml');
const GITLAB = textOf('deploy/gitlab/gitlab-ci.yml');

const strict = { additionalProperties: false };
const Text = Type.String();
const Step = Type.Object(
  {
    name: Type.Optional(Text),
    if: Type.Optional(Text),
    // By commit, with the version told beside it.
    uses: Type.Optional(Type.String({ pattern: '^actions/[a-z-]+@[0-9a-f]{40}$' })),
    run: Type.Optional(Text),
    with: Type.Optional(Type.Record(Text, Type.Union([Text, Type.Number(), Type.Boolean()]))),
    env: Type.Optional(Type.Record(Text, Text)),
  },
  strict,
);
const Workflow = Type.Object(
  {
    name: Text,
    on: Type.Object(
      {
        push: Type.Object({ branches: Type.Array(Text) }, strict),
        pull_request: Type.Null(),
        schedule: Type.Array(Type.Object({ cron: Type.String({ pattern: '^\\d+ \\d+ \\* \\* \\*$' }) }, strict)),
        workflow_dispatch: Type.Null(),
      },
      strict,
    ),
    // No job asks for more.
    permissions: Type.Object({ contents: Type.Literal('read') }, strict),
    concurrency: Type.Object({ group: Text, 'cancel-in-progress': Text }, strict),
    jobs: Type.Record(
      Text,
      Type.Object(
        {
          if: Type.Optional(Text),
          'runs-on': Type.String({ pattern: '^ubuntu-\\d\\d\\.\\d\\d$' }),
          'timeout-minutes': Type.Integer({ minimum: 5, maximum: 240 }),
          steps: Type.Array(Step, { minItems: 1 }),
        },
        strict,
      ),
    ),
  },
  strict,
);
type Workflow = Type.Static<typeof Workflow>;

/** Each call of our command in a script, checked as the command line itself would. */
function checkCalls(script: string): CommandName[] {
  const calls = [...script.matchAll(/(?:npx hundredblock|\$HUNDREDBLOCK) ([a-z]+) ?([^\n|&]*)/g)];
  return calls.map(([, name, rest]) => {
    expect(Object.keys(COMMANDS)).toContain(name);
    const words = rest
      .split(' ')
      .filter((word) => word !== '')
      // A number that only the shell knows, such as a process id.
      .map((word) => word.replaceAll('"', '').replace(/^\$\w+$/, '1'));
    parseArgs(COMMANDS[name as CommandName], words);
    return name as CommandName;
  });
}

describe('the workflow', () => {
  const workflow = parse(GITHUB) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('has the structure of one, with pinned actions, least permissions and bounds on time', () => {
    expect([...Value.Errors(Workflow, workflow)].map((e) => `${e.instancePath} ${e.message}`)).toEqual([]);
    expect(steps.every(({ uses, run }) => (uses === undefined) !== (run === undefined))).toBe(true);
    const pins = GITHUB.split('\n').filter((line) => line.includes('uses:'));
    expect(pins.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it('leaves no credentials behind, and lets nothing of a pull request into a script', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@') === true);
    expect(checkouts).toHaveLength(3);
    expect(checkouts.every((step) => step.with?.['persist-credentials'] === false)).toBe(true);
    expect(steps.filter(({ run }) => run?.includes('${{') === true)).toEqual([]);
    expect(GITHUB).not.toMatch(/secrets\.|pull_request_target/);
  });

  it('runs commands and files that are there: checks, the comparison, the soak', () => {
    const calls = steps.flatMap(({ run }) => checkCalls(run ?? ''));
    expect(calls).toEqual(['compare', 'soak']);
    expect(existsSync(join(ROOT, '.ci/run'))).toBe(true);
    expect(steps.some(({ run }) => run === '.ci/run')).toBe(true);
    const compare = workflow.jobs['compare'].steps.map(({ run }) => run ?? '').join('\n');
    expect(compare).toMatch(/git merge-base/);
    expect(workflow.jobs['soak'].steps.some((step) => step.with?.['path']?.toString().includes('report.html'))).toBe(
      true,
    );
  });

  it('would be refused by this test where it asked for more', () => {
    const greedy = structuredClone(workflow) as unknown as {
      permissions: object;
      jobs: Record<string, Workflow['jobs'][string]>;
    };
    greedy.permissions = { contents: 'write' };
    greedy.jobs['checks'].steps[0].uses = 'actions/checkout@v4';
    expect([...Value.Errors(Workflow, greedy)].map((e) => e.instancePath)).toEqual(
      expect.arrayContaining(['/permissions/contents', '/jobs/checks/steps/0/uses']),
    );
    expect(() => checkCalls('npx hundredblock compare dir:a dir:b --no-such-option')).toThrow(/unknown option/);
  });
});

describe('the GitLab example', () => {
  const Job = Type.Object(
    {
      extends: Type.Literal('.hundredblock'),
      stage: Text,
      timeout: Text,
      rules: Type.Array(Type.Object({ if: Text }, strict)),
      script: Type.Array(Text),
      artifacts: Type.Object(
        {
          when: Type.Literal('always'),
          paths: Type.Array(Text),
          reports: Type.Optional(Type.Object({ junit: Text }, strict)),
          expire_in: Text,
        },
        strict,
      ),
    },
    strict,
  );
  const Pipeline = Type.Object(
    {
      stages: Type.Array(Text),
      variables: Type.Record(Text, Text),
      '.hundredblock': Type.Object(
        {
          image: Type.String({ pattern: '^node:\\d+\\.\\d+\\.\\d+-[a-z]+$' }),
          interruptible: Type.Boolean(),
          before_script: Type.Array(Text),
        },
        strict,
      ),
      compare: Job,
      soak: Job,
    },
    strict,
  );

  it('has the structure of a pipeline, and runs commands that are there', () => {
    const pipeline = parse(GITLAB) as Type.Static<typeof Pipeline>;
    expect([...Value.Errors(Pipeline, pipeline)].map((e) => `${e.instancePath} ${e.message}`)).toEqual([]);
    const calls = [...pipeline.compare.script, ...pipeline.soak.script].flatMap(checkCalls);
    expect(calls).toEqual(['conform', 'compare', 'soak']);
    expect(pipeline.compare.artifacts.reports?.junit).toBe('compare.xml');
    expect([pipeline.compare.stage, pipeline.soak.stage].every((stage) => pipeline.stages.includes(stage))).toBe(true);
  });
});
