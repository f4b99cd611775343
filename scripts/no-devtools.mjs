/** In place of `react-devtools-core` in the bundle. */
export default {};
