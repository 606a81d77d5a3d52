// Sends a request under an id of our own: where no answer came, it can be sent again and stays one request.
import { Problem, post } from "./client.js";
import { PATIENCE_MS, growing, waited } from "./follow.js";

const ID_BYTES = 16;

// Not randomUUID, which exists only over a secure connection.
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(ID_BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * The links of what was accepted. Without a connection it goes on trying for PATIENCE_MS, and `lost`
 * is told when the next try is, or null once it is through. Rejects with a Problem, or an AbortError.
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
