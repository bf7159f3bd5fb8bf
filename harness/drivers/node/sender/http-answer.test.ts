import { describe, expect, test } from 'vitest';
import { AnswerError, AnswerReader, type Answer } from './http-answer.ts';

const STREAM =
  'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\nfirst' +
  'HTTP/1.1 100 Continue\r\n\r\n' +
  'HTTP/1.1 503 Service Unavailable\r\nretry-after: 7\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsec\r\n3;x=y\r\nond\r\n0\r\nTrailer: t\r\n\r\n' +
  'HTTP/1.1 204 No Content\r\n\r\n' +
  'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

const ANSWERS = [
  { status: 202, body: 'first', retryAfterS: null, closes: false },
  { status: 503, body: 'second', retryAfterS: 7, closes: false },
  { status: 204, body: '', retryAfterS: null, closes: false },
  { status: 400, body: '', retryAfterS: null, closes: true },
];

function collect() {
  const answers: (Omit<Answer, 'body'> & { body: string })[] = [];
  const reader = new AnswerReader((answer) => answers.push({ ...answer, body: answer.body.toString() }));
  return { answers, reader };
}

describe('answers off a pipelined connection', () => {
  test.each([1, 2, 3, 7, 50, 10_000])('come out the same in pieces of %i bytes', (size) => {
    const { answers, reader } = collect();
    const bytes = Buffer.from(STREAM);
    // One buffer for all reads, as sockets do it.
    const shared = Buffer.alloc(Math.min(size, bytes.length));
    for (let at = 0; at < bytes.length; at += size) {
      const length = bytes.copy(shared, 0, at, at + size);
      reader.push(shared.subarray(0, length));
    }
    expect(answers).toEqual(ANSWERS);
  });

  test('one without a length ends with the connection', () => {
    const { answers, reader } = collect();
    reader.push(Buffer.from('HTTP/1.0 200 OK\r\n\r\nall of'));
    reader.push(Buffer.from(' it'));
    expect(answers).toEqual([]);
    reader.end();
    expect(answers).toEqual([{ status: 200, body: 'all of it', retryAfterS: null, closes: false }]);
  });

  test.each([
    ['random bytes', Buffer.from([0, 200, 13, 10, 13, 10, 7])],
    ['another protocol', Buffer.from('SSH-2.0-x\r\n')],
    ['a status that is none', Buffer.from('HTTP/1.1 9999 x\r\n\r\n')],
    ['a chunk without a size', Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')],
    ['a head without end', Buffer.from(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}`)],
  ])('%s is an error', (_, bytes) => {
    expect(() => collect().reader.push(bytes)).toThrow(AnswerError);
  });
});
