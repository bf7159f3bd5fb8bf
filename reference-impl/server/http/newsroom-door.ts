/** The doors of the news team: tickets that wait, and decisions on them. */
import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import { DecisionSchema, PATHS, TicketListSchema } from '../../../contract/wire.ts';
import { Refused } from '../service-api.ts';
import { gate, type DoorContext } from './door.ts';
import { answers, BODY_REFUSALS, GATE_REFUSALS, INPUT_REFUSALS } from './openapi.ts';

export function addNewsroomDoors(app: FastifyInstance, context: DoorContext): void {
  const { engine } = context;
  const security = [{ newsroom: [] }];
  app.route({
    method: 'GET',
    url: PATHS.tickets,
    config: { door: 'tickets' },
    onRequest: gate(context, 'newsroom'),
    schema: {
      summary: 'Tickets that wait for a decision, oldest first',
      security,
      response: answers({ 200: TicketListSchema }, GATE_REFUSALS),
    },
    handler: (_request, reply) => {
      reply.header('cache-control', 'no-store').send({ tickets: engine.tickets() });
    },
  });
  app.route({
    method: 'POST',
    url: PATHS.decision,
    config: { door: 'decision' },
    onRequest: gate(context, 'newsroom'),
    schema: {
      summary: 'Decides on a ticket',
      security,
      body: DecisionSchema,
      response: answers({ 204: null }, [...GATE_REFUSALS, ...BODY_REFUSALS, ...INPUT_REFUSALS, 'not-found']),
    },
    handler: async (request, reply) => {
      const { ticket } = request.params as { ticket: string };
      const { decision } = request.body as Static<typeof DecisionSchema>;
      if (!engine.tickets().some((open) => open.ticket === ticket))
        throw new Refused('not-found', 'expected a ticket that waits for a decision, found none');
      await engine.submit({ kind: 'review', ticket, decision }, null);
      return reply.code(204).send();
    },
  });
}
