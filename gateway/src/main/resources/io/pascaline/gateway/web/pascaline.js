// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors

/**
 * Private inference over the gateways of two parties. Splits each input into two random shares in
 * this program, sends one to each party and adds the shares of the answer. No party sees the input
 * or the answer. No dependency; for browsers, and for Node.js from version 18.
 *
 *   const client = await PascalineClient.connect({
 *     gateways: ["https://party0.example", "https://party1.example"],
 *     tokens: [token0, token1],
 *   });
 *   const answer = await client.infer(client.inputOfPixels(imageData));
 *   answer.classes(5);  // [{index, label, probability}, ...]
 *
 * Host this file yourself: whoever serves it to your users could change it and see their inputs.
 */

const REQUEST_HEADER = "Pascaline-Request";
const PLAN_HEADER = "Pascaline-Plan";
const TIMEOUT_HEADER = "Pascaline-Timeout-Ms";
const CELL_HEADER = "Pascaline-Cell";
const AVOIDED_CELL_HEADER = "Pascaline-Avoided-Cell";
const NEXT_CELL_HEADER = "Pascaline-Next-Cell";
const CELL = /^[A-Za-z0-9_-]{1,64}$/;
// After that, the load that a cell was chosen by says little.
const CELL_MAX_AGE_MS = 1_000;
// After that, party 0 assigns again what goes to the own gateways of a cell's parties.
const DIRECT_MAX_AGE_MS = 5_000;
// How long a check of those gateways may take, and how many run at a time.
const CHECK_MS = 5_000;
const MAX_CHECKS = 4;
// When a cell is checked again: after a failure, doubled for each further one, and while it is
// asked directly. The addresses of a check are valid for so long.
const CHECK_AGAIN_MS = 10_000;
const MAX_CHECK_AGAIN_MS = 300_000;
const MAX_DOUBLINGS = 5;
const RECHECK_MS = 240_000;
const MAX_CHECKED_MS = 300_000;
// Whatever party 0 assigns: the latest cells that are remembered, and those for requests to come.
const MAX_CELLS = 1_024;
const MAX_UNUSED = 1_024;
// Statuses of a gateway that does not know the client, its page, the path or the host.
const CLOSED = new Set([401, 403, 404, 421]);
const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_TIMEOUT_MS = 600_000;
const RANDOM_BYTES_AT_A_TIME = 65_536;
const RETRIED = new Set([429, 503]);
// What a party answers that does not serve the version that a client knows.
const REPLACED = new Set(["unknown-model", "other-plan"]);
const LEAST_PAUSE_MS = 50;
const MAX_RETRY_AFTER_MS = 600_000;
const MAX_DOCUMENT_BYTES = 16 << 20;
const MAX_PROBLEM_BYTES = 64 << 10;
const MAX_LINE_LENGTH = 512;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** A request that ended without an answer. */
export class PascalineError extends Error {
  /**
   * @param {string} code what happened, for programs: the last part of the problem's type
   * @param {string} message the same for people
   * @param {{status?: number, party?: number, retryAfterMs?: number}} [more]
   */
  constructor(code, message, more = {}) {
    super(message);
    this.name = "PascalineError";
    this.code = code;
    this.status = more.status ?? 0;
    this.party = more.party ?? -1;
    this.retryAfterMs = more.retryAfterMs ?? 0;
  }
}

/** Fills an array with random words; browsers limit how many bytes they draw at a time. */
function randomWords(count) {
  const words = new Int32Array(count);
  const step = RANDOM_BYTES_AT_A_TIME / Int32Array.BYTES_PER_ELEMENT;
  for (let start = 0; start < count; start += step) {
    crypto.getRandomValues(words.subarray(start, Math.min(count, start + step)));
  }
  return words;
}

/** Rounds to the nearest integer, halves to the even one, as the other clients do. */
function roundHalfEven(value) {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) {
    return rest < 0.5 ? below : below + 1;
  }
  return below % 2 === 0 ? below : below + 1;
}

/**
 * Returns an input in fixed point, as it travels: of elements of 64 bits, all low words and then
 * all high ones.
 */
export function encodeInput(values, description) {
  const {elementCount, wordCount, fractionBits, encodableLimit} = description.input;
  if (values.length !== elementCount) {
    throw new RangeError(`input has ${values.length} values, must have ${elementCount}`);
  }
  const words = new Int32Array(wordCount);
  const unit = 2 ** fractionBits;
  for (let i = 0; i < elementCount; i++) {
    const value = Math.fround(values[i]);
    if (!(Math.abs(value) < encodableLimit)) {
      throw new RangeError(`input at index ${i} must be below ${encodableLimit} in magnitude`);
    }
    const fixed = roundHalfEven(value * unit);
    words[i] = fixed % 2 ** 32;
    if (wordCount > elementCount) {
      words[elementCount + i] = Math.floor(fixed / 2 ** 32);
    }
  }
  return words;
}

/** Returns two shares of words: the first is random, the second the words less the first. */
export function splitWords(words, ringBits) {
  const first = randomWords(words.length);
  const second = new Int32Array(words.length);
  const count = ringBits === 64 ? words.length / 2 : words.length;
  for (let i = 0; i < count; i++) {
    second[i] = words[i] - first[i];
    if (ringBits === 64) {
      const borrow = words[i] >>> 0 < first[i] >>> 0 ? 1 : 0;
      second[count + i] = words[count + i] - first[count + i] - borrow;
    }
  }
  return [first, second];
}

/** Returns the words whose shares these are. */
export function joinWords(first, second, ringBits) {
  const words = new Int32Array(first.length);
  const count = ringBits === 64 ? words.length / 2 : words.length;
  for (let i = 0; i < count; i++) {
    words[i] = first[i] + second[i];
    if (ringBits === 64) {
      const carry = words[i] >>> 0 < first[i] >>> 0 ? 1 : 0;
      words[count + i] = first[count + i] + second[count + i] + carry;
    }
  }
  return words;
}

/** Returns words as little-endian bytes, whatever this machine's order is. */
function toBytes(words) {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  words.forEach((word, i) => view.setInt32(4 * i, word, true));
  return view.buffer;
}

function toWords(bytes) {
  const view = new DataView(bytes.buffer);
  return Int32Array.from({length: bytes.byteLength / 4}, (_, i) => view.getInt32(4 * i, true));
}

/** Returns which of the classes an answer prefers: the larger the number the more. */
function preferences(values, output) {
  if (output.transform === "sigmoid" && values.length === 1) {
    return [0, values[0]];
  }
  return Array.from(values, (value) => (output.transform === "arg_min" ? -value : value));
}

/** Returns probabilities of the classes of preferences that are logarithms. */
export function softmax(logits) {
  const max = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - max));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** An answer. */
export class Answer {
  constructor(description, words, shares, requestId) {
    const {elementCount, fractionBits, divisor, maxMagnitude} = description.output;
    const unit = 2 ** -fractionBits / divisor;
    this.description = description;
    /** What was sent and received: {input: [share0, share1], output: [share0, share1]}. */
    this.shares = shares;
    this.requestId = requestId;
    /** Why the answer may be wrong, for people. */
    this.warnings = [];
    /** The network's output, before softmax. */
    this.values = new Float32Array(elementCount);
    let beyond = 0;
    for (let i = 0; i < elementCount; i++) {
      const fixed =
        words.length > elementCount
          ? words[elementCount + i] * 2 ** 32 + (words[i] >>> 0)
          : words[i];
      beyond += Math.abs(fixed) > maxMagnitude ? 1 : 0;
      this.values[i] = fixed * unit;
    }
    if (beyond > 0) {
      this.warnings.push(`the answer is out of range at ${beyond} places, so it is wrong`);
    }
  }

  /** Returns the best classes, the best one first: [{index, label, probability}]. */
  classes(count = 5) {
    if (this.description.output.classCount === 0) {
      return [];
    }
    const probabilities = softmax(preferences(this.values, this.description.output));
    return probabilities
      .map((probability, index) => ({
        index,
        label: this.description.labels[index] ?? `class ${index}`,
        probability,
      }))
      .sort((a, b) => b.probability - a.probability || a.index - b.index)
      .slice(0, count);
  }
}

/** Returns one line of what a page or terminal shows as it is, truncated if it is too long. */
function printable(text) {
  return String(text).slice(0, MAX_LINE_LENGTH).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, " ");
}

/** Returns what JSON says, or undefined if it is no object. */
function objectOf(bytes) {
  try {
    const document = JSON.parse(new TextDecoder().decode(bytes));
    return typeof document === "object" && document !== null ? document : undefined;
  } catch {
    return undefined;
  }
}

/** Returns whether a client can wait so long: parties send whatever they like. */
function isPause(timeMs) {
  return Number.isFinite(timeMs) && timeMs >= 0 && timeMs <= MAX_RETRY_AFTER_MS;
}

function problemOf(status, bytes, party) {
  // A proxy's own page says nothing but its status.
  const {type, detail, retryAfterMs} = objectOf(bytes) ?? {};
  const code = printable(typeof type === "string" ? type : "").split(":").pop();
  const shown = typeof detail === "string" ? printable(detail) : `HTTP status ${status}`;
  return new PascalineError(code || `http-${status}`, `party ${party}: ${shown}`, {
    status,
    party,
    retryAfterMs: isPause(retryAfterMs) ? retryAfterMs : 0,
  });
}

/** Returns a body; hangs up as soon as it is longer than it may be. */
async function boundedBytes(response, maxBytes, party) {
  const parts = [];
  let count = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader.read()) {
    count += part.value.byteLength;
    if (count > maxBytes) {
      reader.cancel().catch(() => {});
      throw new PascalineError("too-long", `party ${party} sent more than ${maxBytes} bytes`, {
        party,
      });
    }
    parts.push(part.value);
  }
  const bytes = new Uint8Array(count);
  let start = 0;
  for (const part of parts) {
    bytes.set(part, start);
    start += part.byteLength;
  }
  return bytes;
}

/**
 * Sends a request to a gateway and returns the body of the answer, of at most so many bytes; fails
 * with a PascalineError unless it succeeds.
 */
async function ask(party, url, token, maxBytes, options) {
  let response;
  let bytes;
  try {
    response = await fetch(url, {
      ...options,
      headers: {...options.headers, ...(token ? {Authorization: `Bearer ${token}`} : {})},
      mode: "cors",
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    bytes = await boundedBytes(response, response.ok ? maxBytes : MAX_PROBLEM_BYTES, party);
  } catch (error) {
    if (options.signal.aborted || error instanceof PascalineError) {
      throw error;
    }
    throw new PascalineError(
      "unreachable",
      `party ${party} cannot be reached at ${new URL(url).origin}: it may be down, or its operator`
        + " does not allow this page's origin",
      {party},
    );
  }
  if (!response.ok) {
    throw problemOf(response.status, bytes, party);
  }
  options.onHeaders?.(response.headers);
  return bytes;
}

/** Returns a JSON document of a gateway. */
async function documentOf(party, url, token, signal) {
  const document = objectOf(await ask(party, url, token, MAX_DOCUMENT_BYTES, {signal}));
  if (document === undefined) {
    throw noGateway(party, url);
  }
  return document;
}

/** Returns where the gateways that parties of cells run themselves are, by cell. */
async function listedBy(party, base, path, token, signal) {
  const {cells} = await documentOf(party, `${base}${path}/cells`, token, signal);
  return new Map(cells.map(({cell, gateway}) => [cell, gateway]));
}

/** Returns host and port, whatever the scheme. */
function hostPort(address) {
  const {hostname, port, protocol} = new URL(address);
  // The dot of the root says only that the name is complete.
  return `${hostname.replace(/\.$/, "")}:${port || (protocol === "http:" ? 80 : 443)}`;
}

/**
 * Returns the origin of a cell's gateway; fails if it is no origin, less protected than the named
 * gateway, or one of the other party.
 */
function usableOrigin(address, named, others) {
  const {origin, protocol, hostname, username, password, pathname, search, hash} =
    new URL(address);
  const naming = new URL(named);
  const isPlain =
    protocol === "http:"
    && naming.protocol === "http:"
    && LOOPBACK.test(hostname)
    && LOOPBACK.test(naming.hostname);
  if (protocol !== "https:" && !isPlain) {
    throw new RangeError("the address of a gateway is not protected");
  }
  if (username || password || pathname !== "/" || search || hash) {
    throw new RangeError("no address of a gateway");
  }
  if (others.some((other) => hostPort(other) === hostPort(address))) {
    throw new RangeError("both parties have one gateway");
  }
  return origin;
}

function noGateway(party, url) {
  return new PascalineError("no-gateway", `what answers at ${new URL(url).origin} is no gateway`, {
    party,
  });
}

/** Returns whether inputs and answers of one version mean the same as those of another. */
function isAskedLike(one, other) {
  const asked = ({input, output, labels}) =>
    JSON.stringify([input.shape, input.mean, input.std, output.elementCount, labels]);
  return asked(one) === asked(other);
}

function rest(timeMs, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, timeMs);
    signal.addEventListener("abort", stop, {once: true});
    if (signal.aborted) {
      stop();
    }
  });
}

function requireTimeout(timeoutMs) {
  if (!(timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new RangeError(`timeoutMs must be from 1 to ${MAX_TIMEOUT_MS}: ${timeoutMs}`);
  }
}

/** Runs an action with a signal, which aborts at a deadline or with the caller's signal. */
async function within(timeoutMs, signal, action) {
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new PascalineError("deadline", `no answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  const stop = () => deadline.abort(signal.reason);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) {
    stop();
  }
  try {
    return await action(deadline.signal);
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

function rangeWarnings(values, description) {
  const {rangeLimits} = description.input;
  const part = values.length / rangeLimits.length;
  let beyond = 0;
  values.forEach((value, i) => {
    beyond += Math.abs(value) <= rangeLimits[Math.floor(i / part)] ? 0 : 1;
  });
  return beyond === 0
    ? []
    : [`${beyond} values of the input are out of the model's range: the answer may be wrong`];
}

/** Notes that a cell is not asked directly from now on. */
function fail(known) {
  Object.assign(known, {
    own: undefined,
    failures: known.failures + 1,
    isChecked: false,
    sinceMs: performance.now(),
  });
}

/** Returns whether the own gateways of a cell are those that a request went to. */
function isAt(known, used) {
  return known?.own?.every((origin, party) => origin === used[party]) ?? false;
}

/** A client of the gateways of two parties. */
export class PascalineClient {
  #gateways;
  #tokens;
  #hasCells;
  #namedGatewaysOnly;
  #nextCells = [];
  // By name; the one that was asked for longest ago is the first.
  #cells = new Map();
  #checks = 0;

  constructor(gateways, tokens, description, hasCells = false, namedGatewaysOnly = false) {
    this.#gateways = gateways;
    this.#tokens = tokens;
    this.#hasCells = hasCells;
    this.#namedGatewaysOnly = namedGatewaysOnly;
    /** What the version that is asked takes and answers, as both parties describe it. */
    this.description = description;
  }

  /**
   * Asks both parties what they serve, and refuses if they differ. The version is party 0's default.
   *
   * @param {{gateways: string[], tokens: string[], model?: string, plainHttp?: boolean,
   *     timeoutMs?: number, namedGatewaysOnly?: boolean}} options gateways of party 0 and 1, a token
   *     of each, and which model; the only one if none is named. plainHttp allows plain HTTP to other
   *     machines, which shows both shares to the network. By default, the client also asks the
   *     gateways that parties of cells run themselves, if the named ones say where they are and they
   *     answer; namedGatewaysOnly asks none of them
   * @returns {Promise<PascalineClient>}
   */
  static async connect({
    gateways,
    tokens,
    model,
    plainHttp = false,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    namedGatewaysOnly = false,
  }) {
    if (gateways?.length !== 2 || tokens?.length !== 2) {
      throw new RangeError("give the gateways of party 0 and party 1, and a token of each");
    }
    requireTimeout(timeoutMs);
    const urls = gateways.map((gateway) => new URL(gateway));
    const bases = urls.map((url) => url.origin);
    if (hostPort(urls[0]) === hostPort(urls[1])) {
      throw new RangeError("both gateways are the same: one party would see both shares");
    }
    urls.forEach(({protocol, hostname, origin}) => {
      if (protocol !== "https:" && protocol !== "http:") {
        throw new RangeError(`a gateway is https://HOST or https://HOST:PORT, not ${protocol}`);
      }
      if (protocol === "http:" && !plainHttp && !LOOPBACK.test(hostname)) {
        throw new RangeError(`plain HTTP shows shares and tokens to the network: ${origin}`);
      }
    });
    return within(timeoutMs, undefined, async (signal) => {
      const known = await Promise.all(
        bases.map((base, party) => documentOf(party, `${base}/v1/gateway`, "", signal)),
      );
      known.forEach((gateway, party) => {
        if (gateway.party !== party) {
          throw new PascalineError(
            "wrong-party",
            `the gateway at ${bases[party]} is that of party ${printable(gateway.party)}: name`
              + " party 0 first",
            {party},
          );
        }
      });
      const hasCells = known.some(({cells}) => cells === true);
      const client = new PascalineClient(
        bases,
        [...tokens],
        undefined,
        hasCells,
        namedGatewaysOnly,
      );
      client.description = await client.#describe(model ?? (await client.#firstModel(signal)), signal);
      return client;
    });
  }

  async #firstModel(signal) {
    const url = `${this.#gateways[0]}/v1/models`;
    const {models} = await documentOf(0, url, this.#tokens[0], signal);
    const name = models?.[0]?.name;
    if (typeof name !== "string") {
      throw noGateway(0, this.#gateways[0]);
    }
    return name;
  }

  /**
   * Returns how both parties describe the version that is party 0's default. Party 1 is asked for
   * the same one, since two operators do not move their defaults at the same moment.
   */
  async #describe(model, signal) {
    const urlOf = (party, path) => `${this.#gateways[party]}/v1/models/${path}`;
    const first = await documentOf(0, urlOf(0, encodeURIComponent(model)), this.#tokens[0], signal);
    const {name, version, input, output} = first;
    if (typeof name !== "string" || typeof version !== "string" || !input || !output) {
      throw noGateway(0, this.#gateways[0]);
    }
    const same = [name, version].map(encodeURIComponent).join(":");
    const second = await documentOf(1, urlOf(1, same), this.#tokens[1], signal);
    if (JSON.stringify(first) !== JSON.stringify(second)) {
      throw new PascalineError(
        "parties-differ",
        "the parties describe the model differently: their operators must use one sharing and the"
          + " same input settings",
      );
    }
    return first;
  }

  /** Returns the version that the parties serve instead of one that they have replaced. */
  async #follow(replaced, signal) {
    if (this.description !== replaced) {
      return this.description;
    }
    const next = await this.#describe(replaced.name, signal);
    if (!isAskedLike(next, replaced)) {
      // The caller may have prepared its input for the former version.
      throw new PascalineError(
        "model-changed",
        "the parties serve a version with other inputs or classes now: connect again",
      );
    }
    this.description = next;
    this.#cells.clear(); // They were checked for the former version.
    return next;
  }

  /** Returns the input of a picture of the model's size: RGBA bytes, as a canvas has them. */
  inputOfPixels({data, width, height}) {
    const {shape, mean, std} = this.description.input;
    const [channels, rows, columns] = shape;
    if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
      throw new RangeError("the model takes no picture");
    }
    if (width !== columns || height !== rows) {
      throw new RangeError(`the picture is ${width}x${height}, must be ${columns}x${rows}`);
    }
    const values = new Float32Array(channels * rows * columns);
    for (let i = 0; i < rows * columns; i++) {
      const [red, green, blue] = data.subarray(4 * i, 4 * i + 3);
      const samples =
        channels === 3
          ? [red, green, blue]
          : [(19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16];
      samples.forEach((sample, channel) => {
        // In single precision, as in the other clients: all of them send the same input.
        const centred = Math.fround(
          Math.fround(sample / 255) - Math.fround(mean[mean.length === 1 ? 0 : channel]),
        );
        values[channel * rows * columns + i] =
          centred / Math.fround(std[std.length === 1 ? 0 : channel]);
      });
    }
    return values;
  }

  /**
   * Asks for an inference. If the parties have replaced the version, it asks the new one, once for
   * each call and only if inputs and classes are the same.
   *
   * @param {Float32Array|number[]} values the input, row-major
   * @param {{timeoutMs?: number, signal?: AbortSignal}} [options] deadline of all attempts together
   * @returns {Promise<Answer>} fails with a PascalineError, or a RangeError for a wrong input
   */
  async infer(values, {timeoutMs = DEFAULT_TIMEOUT_MS, signal} = {}) {
    requireTimeout(timeoutMs);
    let description = this.description;
    let words = encodeInput(values, description);
    let isReplaced = false;
    let hasFollowed = false;
    const endMs = performance.now() + timeoutMs;
    return within(timeoutMs, signal, async (ending) => {
      let failedCell = "";
      for (;;) {
        let to = {cell: "", sinceMs: 0};
        let own;
        try {
          if (isReplaced) {
            description = await this.#follow(description, ending);
            words = encodeInput(values, description);
            isReplaced = false;
          }
          if (this.#hasCells) {
            to = await this.#cell(description, failedCell, ending);
            own = this.#own(description, to.cell);
          }
          const leftMs = Math.max(1, Math.floor(endMs - performance.now()));
          const answer = await this.#attempt(description, words, to.cell, leftMs, ending, own);
          if (own !== undefined) {
            this.#answered(to.cell, own);
            this.#keep({...to, untilMs: to.sinceMs + DIRECT_MAX_AGE_MS});
          }
          answer.warnings.unshift(...rangeWarnings(values, description));
          return answer;
        } catch (error) {
          // The named gateways may reach a cell whose own gateways this page cannot ask.
          const isClosed =
            own !== undefined
            && (CLOSED.has(error.status)
              || REPLACED.has(error.code)
              || error.code === "unreachable"
              || String(error.code).startsWith("http-")); // A proxy's own page.
          if (own !== undefined) {
            this.#nextCells = this.#nextCells.filter(({cell}) => cell !== to.cell);
            // A caller that ends its request says nothing of the cell.
            if (error.status !== 429 && !signal?.aborted) {
              this.#lost(to.cell, own);
            }
          }
          if (REPLACED.has(error.code) && !isClosed && !hasFollowed) {
            // Another request may have followed already; then nobody has asked for this one.
            hasFollowed = this.description === description;
            isReplaced = true;
            continue;
          }
          const pauseMs = Math.max(LEAST_PAUSE_MS, error.retryAfterMs ?? 0);
          const isRetried = RETRIED.has(error.status) || isClosed;
          if (!isRetried || performance.now() + pauseMs >= endMs) {
            throw error;
          }
          if (error.status !== 429) {
            failedCell = to.cell || failedCell;
          }
          // Not all at once: what was refused together would be refused together again.
          await rest(pauseMs * (1 + Math.random()), ending);
        }
      }
    });
  }

  /**
   * Returns the cell for a request: one that is kept, or one that party 0 assigns; and since when.
   */
  async #cell({name, version}, failedCell, signal) {
    const nowMs = performance.now();
    this.#nextCells = this.#nextCells.filter(
      ({cell, untilMs}) => cell !== failedCell && nowMs <= untilMs,
    );
    const latest = this.#nextCells.pop();
    if (latest !== undefined) {
      return latest;
    }
    const url = `${this.#gateways[0]}/v1/models/${encodeURIComponent(name)}:${version}:assign`;
    const headers = failedCell ? {[AVOIDED_CELL_HEADER]: failedCell} : {};
    const options = {method: "POST", headers, signal};
    const {cell} = objectOf(await ask(0, url, this.#tokens[0], MAX_PROBLEM_BYTES, options)) ?? {};
    if (typeof cell !== "string" || !CELL.test(cell)) {
      throw new PascalineError("no-gateway", "party 0 assigned a cell that this version cannot read");
    }
    return {cell, sinceMs: performance.now()};
  }

  #keep(next) {
    if (this.#nextCells.length < MAX_UNUSED) {
      this.#nextCells.push(next);
    }
  }

  /**
   * Returns the own gateways of both parties in a cell, or undefined if requests go over the named
   * ones. They are checked in the background, so that no request waits for that.
   */
  #own(description, cell) {
    if (this.#namedGatewaysOnly) {
      return undefined;
    }
    const known = this.#cells.get(cell) ?? {
      own: undefined,
      isChecked: false, // Whether a check runs.
      failures: 0, // Checks and requests since the last answer.
      sinceMs: -Infinity,
    };
    this.#cells.delete(cell);
    this.#cells.set(cell, known); // As the latest.
    if (this.#cells.size > MAX_CELLS) {
      this.#cells.delete(this.#cells.keys().next().value);
    }
    const pauseMs = known.own
      ? RECHECK_MS
      : Math.min(
          MAX_CHECK_AGAIN_MS,
          CHECK_AGAIN_MS * 2 ** Math.min(MAX_DOUBLINGS, Math.max(0, known.failures - 1)),
        );
    const nowMs = performance.now();
    const isDue = !known.isChecked && nowMs - known.sinceMs > pauseMs;
    if (isDue && this.#checks < MAX_CHECKS) {
      this.#checks++;
      known.isChecked = true;
      within(CHECK_MS, undefined, (signal) => this.#checked(description, cell, signal))
        .catch(() => undefined) // Whatever a gateway says: the cell is asked in the usual way.
        .then((own) => {
          this.#checks--;
          if (!known.isChecked) {
            return; // It was lost meanwhile.
          }
          if (own) {
            // The operators may change the addresses as soon as the check has read them.
            Object.assign(known, {own, isChecked: false, sinceMs: nowMs});
          } else {
            fail(known);
          }
        });
    }
    return nowMs - known.sinceMs > MAX_CHECKED_MS ? undefined : known.own;
  }

  /** Leaves the own gateways of a cell, unless a check has found others than a request went to. */
  #lost(cell, used) {
    const known = this.#cells.get(cell);
    if (isAt(known, used)) {
      fail(known);
    }
  }

  #answered(cell, used) {
    const known = this.#cells.get(cell);
    if (isAt(known, used)) {
      known.failures = 0;
    }
  }

  async #checked({name, version, planDigest}, cell, signal) {
    const path = `/v1/models/${encodeURIComponent(name)}:${version}`;
    const parties = [0, 1];
    const listed = await Promise.all(
      parties.map((party) =>
        listedBy(party, this.#gateways[party], path, this.#tokens[party], signal),
      ),
    );
    const own = parties.map((party) =>
      usableOrigin(listed[party].get(cell), this.#gateways[party], [
        this.#gateways[1 - party],
        ...listed[1 - party].values(),
      ]),
    );
    for (const party of parties) {
      const gateway = await documentOf(party, `${own[party]}/v1/gateway`, "", signal);
      const model = await documentOf(party, own[party] + path, this.#tokens[party], signal);
      if (
        gateway.party !== party
        || gateway.cell !== cell
        || model.planDigest !== planDigest
      ) {
        throw new RangeError("another party, cell or plan");
      }
    }
    return own;
  }

  /** Asks once, in fresh shares: shares of one input must not be sent twice. */
  async #attempt(description, words, cell, timeoutMs, signal, own = this.#gateways) {
    const {name, version, planDigest, ringBits, output} = description;
    const shares = splitWords(words, ringBits);
    const requestId = Array.from(randomWords(4), (word) =>
      (word >>> 0).toString(16).padStart(8, "0"),
    ).join("");
    const ending = new AbortController();
    const end = () => ending.abort(signal.reason);
    signal.addEventListener("abort", end);
    if (signal.aborted) {
      end();
    }
    try {
      const outputs = await Promise.all(
        own.map(async (base, party) => {
          const bytes = await ask(
            party,
            `${base}/v1/models/${encodeURIComponent(name)}:${version}:infer`,
            this.#tokens[party],
            4 * output.wordCount,
            {
              method: "POST",
              body: toBytes(shares[party]),
              signal: ending.signal,
              onHeaders: (answered) => {
                const next = answered.get(NEXT_CELL_HEADER);
                if (party === 0 && next !== null && CELL.test(next)) {
                  const sinceMs = performance.now();
                  this.#keep({cell: next, sinceMs, untilMs: sinceMs + CELL_MAX_AGE_MS});
                }
              },
              headers: {
                "Content-Type": "application/octet-stream",
                [REQUEST_HEADER]: requestId,
                [PLAN_HEADER]: planDigest,
                [TIMEOUT_HEADER]: String(timeoutMs),
                ...(cell ? {[CELL_HEADER]: cell} : {}),
              },
            },
          );
          if (bytes.byteLength !== 4 * output.wordCount) {
            throw new PascalineError(
              "wrong-length",
              `party ${party} sent an output of another length`,
              {party},
            );
          }
          return toWords(bytes);
        }),
      );
      const joined = joinWords(outputs[0], outputs[1], ringBits);
      return new Answer(description, joined, {input: shares, output: outputs}, requestId);
    } finally {
      // If one party has refused, the other need not wait for it.
      ending.abort(new PascalineError("cancelled", "the request has ended"));
      signal.removeEventListener("abort", end);
    }
  }
}
