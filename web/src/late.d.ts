// What build.mjs makes of an import of a style: its address, to be loaded late.
declare module '*.css?late' {
  const url: string;
  export default url;
}
