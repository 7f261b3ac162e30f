/** The deadline that a notice names, in ms from then. In reality it is hours; nobody would wait for that here. */
export const DEADLINE = 25_000;
/** How long the old servers stay at least, in ms: they go when everybody who understood the notice has moved. */
export const NOTICE_AHEAD = 6000;
/** How long the SDK keeps both connections after a migration, in ms; another rotation has to wait for that. */
export const MIGRATION_TAIL = 21_000;
