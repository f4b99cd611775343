/** In place of `@opentelemetry/api` in the bundle: prom-client asks it in default metrics alone, which aos does not use. */
export default {};
