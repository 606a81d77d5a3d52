// Sends a request under our own id. If no answer comes, we can send it again as the same request.
import { Problem, post } from "./client.js";
import { PATIENCE_MS, growing, waited } from "./follow.js";

const ID_BYTES = 16;

// We cannot use randomUUID, because it exists only over a secure connection.
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(ID_BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * Resolves to the links of the accepted request. Without a connection, it retries for PATIENCE_MS.
 * Calls `lost` with the time of the next try, or with null once a try succeeds. Rejects with a Problem
 * or an AbortError.
 */
export async function submit(path, body, { lost = () => {}, signal }) {
  const asked = { ...body, id: newId() };
  const startedAt = Date.now();
  const pause = growing();
  for (;;) {
    try {
      const { links } = await post(path, asked, signal);
      lost(null);
      return links;
    } catch (problem) {
      const isUnheard = problem instanceof Problem && problem.status === 0;
      if (!isUnheard || Date.now() - startedAt > PATIENCE_MS) throw problem;
    }
    const pauseMs = pause();
    lost(pauseMs);
    await waited(pauseMs, signal);
  }
}
