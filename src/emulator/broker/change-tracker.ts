import type { BacklogRecorder, Recorder } from "./recorder.ts";
import type { QueueRecord } from "./types.ts";

/** Passes every change to the recorder, and notifies listeners at the end of each unit of work that changed something. */
export class ChangeTracker {
  readonly #recorder: Recorder | undefined;
  readonly #listeners = new Set<() => void>();
  #changed = false;

  constructor(recorder: Recorder | undefined) {
    this.#recorder = recorder;
  }

  /** Returns the recorder of a queue's messages. */
  backlog(queueId: string): BacklogRecorder {
    const recorder = this.#recorder?.backlog(queueId);
    return {
      put: (message) => {
        this.#changed = true;
        recorder?.put(message);
      },
      putAll: (messages) => {
        this.#changed = true;
        recorder?.putAll(messages);
      },
      drop: (seq) => {
        this.#changed = true;
        recorder?.drop(seq);
      },
      clear: () => {
        this.#changed = true;
        recorder?.clear();
      },
    };
  }

  put(queue: QueueRecord): void {
    this.#changed = true;
    this.#recorder?.put(queue);
  }

  drop(queueId: string): void {
    this.#changed = true;
    this.#recorder?.drop(queueId);
  }

  commit(): void {
    if (!this.#changed) return;
    this.#changed = false;
    this.#recorder?.commit();
    this.notify();
  }

  notify(): void {
    for (const listener of this.#listeners) listener();
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
