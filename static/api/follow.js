// Follows a request until it ends: with the live stream, or by polling if the stream fails.
import { Problem, UNREACHABLE, get, here } from "./client.js";

const SILENCE_MS = 10_000; // a proxy may hold back the stream, so then we poll
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const STREAMS_WITHOUT_WORD = 2;
/** The same time as the server's own limit for a request (REQUEST_DEADLINE, 10 minutes). */
export const PATIENCE_MS = 10 * 60_000;

const hasEnded = ({ status }) => status === "done" || status === "failed";

/** Pauses between tries. Each is 1.5 times as long as the one before. */
export function growing() {
  let pause = FIRST_PAUSE_MS / 1.5;
  return () => (pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS));
}

/**
 * Resolves to the request's final document. Calls `tell` with the document at each change. Calls
 * `lost` with the time of the next try, or with null once the connection is back. Rejects with a
 * Problem if the request is gone or the server does not answer for PATIENCE_MS, and with an
 * AbortError if `signal` aborts.
 */
export async function follow(links, { tell, lost = () => {}, signal, type = "status", ended = hasEnded }) {
  let wordless = 0;
  let heardAt = Date.now();
  let pause = growing();
  for (;;) {
    if (wordless < STREAMS_WITHOUT_WORD) {
      const { document, heard } = await stream(links.events, { tell, signal, type, ended });
      if (document) return document;
      wordless = heard ? 0 : wordless + 1;
      if (heard) heardAt = Date.now();
    }
    await waited(FIRST_PAUSE_MS, signal);
    try {
      const document = await get(links.self, signal);
      heardAt = Date.now();
      pause = growing();
      lost(null);
      tell(document);
      if (ended(document)) return document;
    } catch (problem) {
      if (!(problem instanceof Problem) || isForGood(problem)) throw problem;
      if (Date.now() - heardAt > PATIENCE_MS) throw new Problem(UNREACHABLE);
      wordless = 0; // the server answers again, so its stream may work again too
      const pauseMs = pause();
      lost(pauseMs);
      await waited(pauseMs, signal);
    }
  }
}

const isForGood = ({ status }) => status >= 400 && status < 500 && status !== 429 && status !== 408;

/** The stream's last document, if the request has ended, and whether the stream sent anything. */
function stream(url, { tell, signal, type, ended }) {
  return new Promise((resolve, reject) => {
    const source = new EventSource(here(url));
    let heard = false;
    let silence;
    const close = (settle, value) => {
      clearTimeout(silence);
      source.close();
      signal?.removeEventListener("abort", onAbort);
      settle(value);
    };
    const onAbort = () => close(reject, signal.reason);
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => close(resolve, { document: null, heard }), SILENCE_MS);
    };
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort);
    source.addEventListener(type, (event) => {
      heard = true;
      listen();
      const document = JSON.parse(event.data);
      tell(document);
      if (ended(document)) close(resolve, { document, heard });
    });
    source.addEventListener("error", () => close(resolve, { document: null, heard }));
    listen();
  });
}

/** Resolves after `ms`, or as soon as the browser is online again. Rejects if `signal` aborts. */
export function waited(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const end = (settle, value) => {
      clearTimeout(timer);
      removeEventListener("online", onLine);
      signal?.removeEventListener("abort", onAbort);
      settle(value);
    };
    const onLine = () => end(resolve);
    const onAbort = () => end(reject, signal.reason);
    const timer = setTimeout(onLine, ms);
    addEventListener("online", onLine);
    signal?.addEventListener("abort", onAbort);
    return undefined;
  });
}
