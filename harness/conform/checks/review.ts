/** Checks of the news team's queue, for agencies whose alerts wait for a decision. */
import { Compile } from 'typebox/compile';
import { MEDIA, PATHS, type Ticket, TicketListSchema } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { must } from '../outcome.ts';
import { type Answer, jsonOf, mustHave, mustRefuse, mustTake, describeAnswer } from '../client.ts';
import { HUMAN_AGENCY, isBarrier, NEAR, type TestTown } from '../test-town.ts';

export const reviewChecks: CheckGroup = {
  name: 'review',
  checks: [
    {
      name: 'ticket',
      says: 'under review: human nothing is published; a ticket waits, with no private string in it',
      async run(town) {
        await tickets(town);
        const listener = await town.listen(NEAR);
        await town.push(town.record(), HUMAN_AGENCY);
        await town.settle(listener);
        const [ticket, ...more] = await tickets(town);
        must(ticket !== undefined && more.length === 0, `${more.length + (ticket === undefined ? 0 : 1)} tickets`);
        must(
          listener.frames.every(({ text }) => isBarrier(text)),
          'it was published already',
        );
        const { agency, category, place } = ticket;
        must(agency === HUMAN_AGENCY && category === 'burglary', `${agency}, ${category}`);
        must(place === '200 BLOCK W MAPLE ST', 'another place');
        const leaks = [town.target.canary, '555-0142'].filter((private_) => JSON.stringify(ticket).includes(private_));
        must(leaks.length === 0, 'a private string is in it');
        return `${category}, ${place}`;
      },
    },
    {
      name: 'approve',
      says: 'approved, the alert goes out and the ticket is gone',
      async run(town) {
        const listener = await town.listen(NEAR);
        const ticket = await newTicket(town);
        mustTake(await decide(town, ticket.ticket, 'approve'));
        await town.settle(listener);
        const alerts = listener.frames.filter(({ text }) => text.includes(ticket.incidents)).length;
        must(alerts === 1, `${alerts} alerts instead of 1`);
        must(
          (await tickets(town)).every((one) => one.ticket !== ticket.ticket),
          'the ticket is still there',
        );
        return '1 alert, ticket gone';
      },
    },
    {
      name: 'reject',
      says: 'rejected, nothing goes out and the ticket is gone',
      async run(town) {
        const listener = await town.listen(NEAR);
        const ticket = await newTicket(town);
        mustTake(await decide(town, ticket.ticket, 'reject'));
        await town.settle(listener);
        must(
          listener.frames.every(({ text }) => !text.includes(ticket.incidents)),
          'it was published',
        );
        must(
          (await tickets(town)).every((one) => one.ticket !== ticket.ticket),
          'the ticket is still there',
        );
        return 'nothing, ticket gone';
      },
    },
    {
      name: 'unknown',
      says: 'a decision on a ticket that is unknown or decided is not found, one that is none is invalid',
      async run(town) {
        const ticket = await newTicket(town);
        mustRefuse(await decide(town, ticket.ticket, town.target.canary), 'invalid');
        mustTake(await decide(town, ticket.ticket, 'reject'));
        const again = mustRefuse(await decide(town, ticket.ticket, 'approve'), 'not-found');
        mustRefuse(await decide(town, `${'0'.repeat(32)}-1`, 'approve'), 'not-found');
        return again;
      },
    },
  ],
};

// --- internal ---

const listSchema = Compile(TicketListSchema);

async function tickets(town: TestTown): Promise<Ticket[]> {
  const token = town.token('newsroom', 'newsroom');
  const answer = mustHave(await town.target.client.send('GET', PATHS.tickets, { token }), PATHS.tickets);
  const list = jsonOf(answer);
  must(
    answer.status === 200 && listSchema.Check(list),
    `${describeAnswer(answer)}, not the shape of a list of tickets`,
  );
  return list.tickets;
}

/** The ticket of a new record. */
async function newTicket(town: TestTown): Promise<Ticket> {
  const before = new Set((await tickets(town)).map(({ ticket }) => ticket));
  await town.push(town.record(), HUMAN_AGENCY);
  const ticket = (await tickets(town)).find((one) => !before.has(one.ticket));
  must(ticket !== undefined, 'no ticket for a new record');
  return ticket;
}

function decide(town: TestTown, ticket: string, decision: string): Promise<Answer> {
  return town.target.client.send('POST', PATHS.decision.replace(':ticket', ticket), {
    token: town.token('newsroom', 'newsroom'),
    headers: { 'content-type': MEDIA.json },
    body: JSON.stringify({ decision }),
  });
}
