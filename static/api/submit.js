// Hands in what is asked, under an id of our own: where no answer came, it can be said again and stays one request.
import { Problem, post } from "./client.js";
import { waited } from "./follow.js";

const TRIES = 3;
const PAUSE_MS = 1_000;
const ID_BYTES = 16;

// Not randomUUID, which there is only over a secure connection.
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(ID_BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The links of what was accepted. `lost` is told whether the connection is. Rejects with a Problem, or an AbortError. */
export async function submit(path, body, { lost = () => {}, signal }) {
  const asked = { ...body, id: newId() };
  for (let tries = 1; ; tries += 1) {
    try {
      const { links } = await post(path, asked, signal);
      lost(false);
      return links;
    } catch (problem) {
      const isUnheard = problem instanceof Problem && problem.status === 0;
      if (!isUnheard || tries === TRIES) throw problem;
    }
    lost(true);
    await waited(PAUSE_MS, signal);
  }
}
