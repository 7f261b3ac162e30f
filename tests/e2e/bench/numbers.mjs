// Numbers out of many measures, and how they are told.

/** The one in the middle, or between the two that are. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The middle half of them, as "from - to". */
export function spread(numbers, digits) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (part) => sorted[Math.round((sorted.length - 1) * part)].toFixed(digits);
  return `${at(0.25)} - ${at(0.75)}`;
}

/** Whether a value is as low as it is to be. */
export function verdict(value, goal) {
  return `goal <= ${goal}: ${value <= goal ? "met" : "not met"}`;
}
