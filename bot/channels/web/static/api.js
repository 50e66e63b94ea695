// The wire: posts out, events in.

export class Failure extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Raises Failure: with the server's word for why, or "" when it was not reached. */
export async function post(path, body) {
  const form = body instanceof FormData;
  const headers = { "X-Bao-Ngay": "1", ...(form ? {} : { "Content-Type": "application/json" }) };
  let response;
  try {
    response = await fetch(path, { method: "POST", headers, body: form ? body : JSON.stringify(body) });
  } catch {
    throw new Failure("");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure(answer.error ?? "");
  return answer;
}

export const newId = () => crypto.randomUUID();

/** A move of the clock that never reached the server is tried once more under the same id: made twice, it is one move. */
export async function postTwice(path, body) {
  const once = { id: newId(), ...body };
  try {
    return await post(path, once);
  } catch (failure) {
    if (failure.code) throw failure;
    return post(path, once);
  }
}

/**
 * Events until the page closes. The browser comes back by itself after a break, with the last mark; only when the server
 * refused it (a restart in between) a new stream is opened, which begins with everything.
 */
export function follow(listeners, connected) {
  const source = new EventSource("/api/stream");
  for (const [event, listener] of Object.entries(listeners)) {
    source.addEventListener(event, (told) => listener(JSON.parse(told.data)));
  }
  source.addEventListener("open", () => connected(true));
  source.addEventListener("error", () => {
    connected(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(listeners, connected), 2000);
  });
}
