/**
 * Queues whose measures are known, in closed form or from a small linear system, for comparison with simulated ones. Rates are per unit
 * of time and times in the same unit; with mu = 1 that unit is the mean service time.
 */

/** M/M/n (Erlang 1917): the probability of having to wait, and the mean wait. Needs lambda < n mu. */
export function erlangC(servers: number, lambda: number, mu: number): { wait: number; meanWait: number } {
  const offered = lambda / mu;
  let blocked = 1;
  for (let n = 1; n <= servers; n += 1) blocked = (offered * blocked) / (n + offered * blocked);
  const wait = blocked / (1 - (offered / servers) * (1 - blocked));
  return { wait, meanWait: wait / (servers * mu - lambda) };
}

/**
 * M/M/n+M (Palm 1946), in which each waiting caller gives up at rate theta: the probability of having to wait, the share who give up,
 * and the mean wait over all callers, served or not.
 */
export function erlangA(
  servers: number,
  lambda: number,
  mu: number,
  theta: number,
): { wait: number; abandoned: number; meanWait: number } {
  // Weights of the birth-death chain's states, by number in the system, until they are too small to matter.
  const weights = [1];
  for (let n = 1; n <= servers || weights[n - 1] > 1e-18 * weights[servers]; n += 1) {
    weights.push((weights[n - 1] * lambda) / (Math.min(n, servers) * mu + Math.max(0, n - servers) * theta));
  }
  let total = 0;
  let wait = 0;
  let queue = 0;
  weights.forEach((weight, n) => {
    total += weight;
    if (n >= servers) wait += weight;
    queue += weight * Math.max(0, n - servers);
  });
  return { wait: wait / total, abandoned: (theta * queue) / total / lambda, meanWait: queue / total / lambda };
}

/** Mean wait of each class in M/M/n with non-preemptive priorities and one service rate (Cobham 1954), the first class first. */
export function cobham(servers: number, lambdas: readonly number[], mu: number): number[] {
  const lambda = lambdas.reduce((sum, rate) => sum + rate, 0);
  // Mean time until a server is free for a customer who finds them all busy, times the probability of finding them so.
  const residual = erlangC(servers, lambda, mu).wait / (servers * mu);
  let above = 0;
  return lambdas.map((rate) => {
    const free = 1 - above / (servers * mu);
    above += rate;
    return residual / (free * (1 - above / (servers * mu)));
  });
}

/**
 * The hypercube model (Larson 1974) with an infinite queue: groups of customers, each with a rate and its units, numbered from 0, in
 * order of preference. A group's first unit is its own; any other is out of area. After a wait each unit is equally likely to come.
 * Answers each unit's workload, the probability that all are busy, the share served out of area, and the mean wait.
 */
export function hypercube(
  groups: readonly { rate: number; prefers: readonly number[] }[],
  units: number,
  mu: number,
): { workloads: number[]; allBusy: number; outOfArea: number; meanWait: number } {
  const lambda = groups.reduce((sum, group) => sum + group.rate, 0);
  const states = 1 << units;
  const full = states - 1;
  const chosen = (state: number, group: { prefers: readonly number[] }) =>
    group.prefers.find((unit) => (state & (1 << unit)) === 0) as number;
  // Gauss-Seidel on the balance equations of the 2^n states. The states with a queue, beyond `full`, have geometric probabilities.
  const p = new Array<number>(states).fill(1 / states);
  const busyIn = (state: number) => [...Array(units).keys()].filter((unit) => (state & (1 << unit)) !== 0);
  for (let sweep = 0; sweep < 2000; sweep += 1) {
    for (let state = 0; state < states; state += 1) {
      let inflow = 0;
      for (const unit of busyIn(state)) {
        const before = state & ~(1 << unit);
        for (const group of groups) if (chosen(before, group) === unit) inflow += p[before] * group.rate;
      }
      for (const unit of busyIn(full & ~state)) inflow += p[state | (1 << unit)] * mu;
      const outflow = (state === full ? 0 : lambda) + busyIn(state).length * mu;
      p[state] = inflow / outflow;
    }
  }
  const rho = lambda / (units * mu);
  const sum = p.reduce((total, each) => total + each, 0) - p[full] + p[full] / (1 - rho);
  const at = p.map((each) => each / sum);
  const allBusy = at[full] / (1 - rho);
  const outOfArea = groups.reduce((share, group) => {
    let others = (allBusy * (units - 1)) / units;
    for (let state = 0; state < full; state += 1) if (chosen(state, group) !== group.prefers[0]) others += at[state];
    return share + (group.rate / lambda) * others;
  }, 0);
  const workloads = [...Array(units).keys()].map((unit) =>
    at.reduce((load, each, state) => load + (state !== full && (state & (1 << unit)) !== 0 ? each : 0), allBusy),
  );
  return { workloads, allBusy, outOfArea, meanWait: allBusy / (units * mu - lambda) };
}
