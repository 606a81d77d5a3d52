// Follows a request until it has ended: live, or by asking where the live stream is lost.
import { Problem, UNREACHABLE, get, here } from "./client.js";

const SILENCE_MS = 10_000; // a proxy may hold the stream back: then we ask
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const STREAMS_WITHOUT_WORD = 2;
/** As long as the server itself goes on with a request (REQUEST_DEADLINE, 10 minutes). */
export const PATIENCE_MS = 10 * 60_000;

const hasEnded = ({ status }) => status === "done" || status === "failed";

/** Pauses between tries, each half as long again as the one before. */
export function growing() {
  let pause = FIRST_PAUSE_MS / 1.5;
  return () => (pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS));
}

/**
 * The document at its end. `tell` gets it at each change; `lost` when the next try is, or null once
 * the connection is back. Rejects with a Problem where the request is gone, or nobody answers for
 * PATIENCE_MS; with an AbortError where `signal` says so.
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
      wordless = 0; // once it answers again, its stream may be well again too
      const pauseMs = pause();
      lost(pauseMs);
      await waited(pauseMs, signal);
    }
  }
}

const isForGood = ({ status }) => status >= 400 && status < 500 && status !== 429 && status !== 408;

/** What the stream told last, if that was the end; and whether it told anything. */
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

/** Resolves after `ms`, or as soon as the browser is online again. Rejects where `signal` says so. */
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
