/**
 * exp, sin and cos from additions and multiplications alone. ECMAScript leaves the last bits of Math.exp, Math.sin and
 * Math.cos to the runtime; these functions give the same bits everywhere. Coefficients and reductions are from fdlibm.
 */

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const LOG2_E = 1.442695040888963387;
const PI_2_HIGH = 1.57079632673412561417;
const PI_2_LOW = 6.07710050650619224932e-11;
const TWO_OVER_PI = 6.36619772367581382433e-1;

/** e^x, within 1 ulp for a normal double; Infinity above 709, near the largest one. */
export function exp(x: number): number {
  if (x > 709) return Infinity;
  if (x < -745.13) return 0;
  const k = Math.floor(x * LOG2_E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t *
              (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  return (1 - (low - (r * c) / (2 - c) - high)) * powerOfTwo(k);
}

/** Sine of an angle in radians, |x| below some thousands (positions are below 128). */
export function sin(x: number): number {
  const {quadrant, rest} = reduce(x);
  const value = quadrant % 2 === 0 ? kernelSin(rest) : kernelCos(rest);
  return quadrant < 2 ? value : -value;
}

/** Cosine of an angle in radians, |x| below some thousands. */
export function cos(x: number): number {
  const {quadrant, rest} = reduce(x);
  const value = quadrant % 2 === 0 ? kernelCos(rest) : kernelSin(rest);
  return quadrant === 0 || quadrant === 3 ? value : -value;
}

/** 2^k by multiplications of exact powers of two (the ** operator, too, is the runtime's own). */
function powerOfTwo(k: number): number {
  let power = 1;
  let factor = k < 0 ? 0.5 : 2;
  for (let left = Math.abs(k); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power *= factor;
    factor *= factor;
  }
  return power;
}

function reduce(x: number): {quadrant: number; rest: number} {
  const n = Math.floor(x * TWO_OVER_PI + 0.5);
  return {quadrant: ((n % 4) + 4) % 4, rest: x - n * PI_2_HIGH - n * PI_2_LOW};
}

/** On [−π/4, π/4]. */
function kernelSin(x: number): number {
  const z = x * x;
  const tail =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x + z * x * (-1.66666666666666324348e-1 + z * tail);
}

/** On [−π/4, π/4]. */
function kernelCos(x: number): number {
  const z = x * x;
  const tail =
    4.16666666666666019037e-2 +
    z *
      (-1.38888888888741095749e-3 +
        z *
          (2.48015872894767294178e-5 +
            z *
              (-2.75573143513906633035e-7 +
                z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11))));
  return 1 - (0.5 * z - z * z * tail);
}
