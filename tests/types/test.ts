/**
 * A sentence about what users may write; it holds when the body compiles. Nothing here ever runs.
 *
 * A body that shows what users may *not* write has `@ts-expect-error` above the line that must be refused.
 */
export declare function test(sentence: string, body: () => unknown): void;

/** Holds only if both types are the same, not merely assignable. */
export declare function same<A, B>(
  ...proof: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2
    ? []
    : [{ not: A; the: "same as"; this: B }]
): void;
