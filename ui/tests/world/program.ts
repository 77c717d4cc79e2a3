import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that says on its first line that it is ready. */
export class Program {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(command: string, args: readonly string[], env = process.env): Promise<Program> {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
    const program = new Program(child);
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`the program ended with ${code} before it said anything`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        program.#lines.push(line);
        resolve();
      });
    });
    return program;
  }

  /** All that it has said. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
  }
}
