/** Pages of a listing wait in memory until it has been read to its end: one that was cut short starts over anyway. */
export const stageInMemory = `
DROP TABLE staged_event;
DROP TABLE staged_booking;
`;
