/** Pages of a listing wait in a temporary table until it has been read to its end: one cut short starts over anyway. */
export const stageInMemory = `
DROP TABLE staged_event;
DROP TABLE staged_booking;
`;
