// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors

import {PascalineClient} from "./pascaline.js";

const SHOWN_WORDS = 4;
const by = (id) => document.getElementById(id);

/** Counts what the user has asked for, so that a late answer does not replace a newer one. */
let latest = 0;
let client = null;

function say(text) {
  by("status").textContent = text;
}

/** Draws samples of 0 to 255, by channel, row and column. */
function draw(canvas, [channels, rows, columns], sampleAt) {
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    for (let colour = 0; colour < 3; colour++) {
      image.data[4 * i + colour] = sampleAt((channels === 3 ? colour : 0) * rows * columns + i);
    }
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Returns the pixels of a picture at the size that the model takes. */
async function pixelsOf(blob) {
  const [, rows, columns] = client.description.input.shape;
  const bitmap = await createImageBitmap(blob, {
    colorSpaceConversion: "none",
    imageOrientation: "from-image",
  });
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d", {willReadFrequently: true});
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, columns, rows);
  bitmap.close();
  return context.getImageData(0, 0, columns, rows);
}

function showClasses(classes) {
  const list = by("classes");
  list.replaceChildren(
    ...classes.map(({label, probability}) => {
      const name = document.createElement("span");
      name.textContent = label;
      const bar = document.createElement("meter");
      bar.value = probability;
      bar.setAttribute("aria-hidden", "true");
      const percent = document.createElement("span");
      percent.textContent = `${(100 * probability).toFixed(1)} %`;
      const item = document.createElement("li");
      item.append(name, bar, percent);
      return item;
    }),
  );
  by("best").textContent = classes.length > 0 ? classes[0].label : "";
}

function hex(words) {
  return Array.from(words.subarray(0, SHOWN_WORDS), (word) =>
    (word >>> 0).toString(16).padStart(8, "0"),
  ).join(" ");
}

function show(pixels, answer, timeMs) {
  const {shape, elementCount} = client.description.input;
  draw(by("picture"), shape, (i) => {
    const plane = shape[1] * shape[2];
    const at = 4 * (i % plane);
    const [red, green, blue] = pixels.data.subarray(at, at + 3);
    return shape[0] === 3
      ? pixels.data[at + Math.floor(i / plane)]
      : (19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16;
  });
  answer.shares.input.forEach((share, party) => {
    // The upper byte of each element; the others are noise as well.
    const upper = share.subarray(share.length - elementCount);
    draw(by(`share${party}`), shape, (i) => upper[i] >>> 24);
    by(`output${party}`).textContent = `${hex(answer.shares.output[party])} …`;
  });
  showClasses(answer.classes(5));
  by("warnings").hidden = answer.warnings.length === 0;
  by("warnings").textContent = answer.warnings.join(" ");
  const bytes = 4 * answer.shares.input[0].length;
  by("sent").textContent =
    `${bytes.toLocaleString("en")} bytes went to each party. The answer came after ${Math.round(timeMs)} ms.`;
  by("result").hidden = false;
}

/** Asks about a picture. */
async function classify(blob) {
  const asked = ++latest;
  document.body.dataset.state = "asking";
  say("The parties are computing …");
  try {
    const pixels = await pixelsOf(blob);
    const startMs = performance.now();
    const answer = await client.infer(client.inputOfPixels(pixels));
    if (asked === latest) {
      show(pixels, answer, performance.now() - startMs);
      say(`The answer is ${answer.classes(1)[0]?.label ?? "here"}.`);
      document.body.dataset.state = "answered";
      document.body.dataset.answers = Number(document.body.dataset.answers ?? 0) + 1;
    }
  } catch (error) {
    if (asked === latest) {
      say(`No answer: ${error.message}`);
      document.body.dataset.state = "failed";
    }
  }
}

function offerSamples(count) {
  const buttons = Array.from({length: count}, (_, index) => {
    const picture = document.createElement("img");
    picture.src = `samples/${index}`;
    picture.alt = `Sample picture ${index + 1}`;
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.append(picture);
    button.addEventListener("click", async () => {
      buttons.forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
      if (client !== null) {
        await classify(await (await fetch(`samples/${index}`)).blob());
      }
    });
    return button;
  });
  by("samples").replaceChildren(...buttons);
}

async function connect() {
  client = null;
  by("file").disabled = true;
  say("Connecting to the parties …");
  try {
    client = await PascalineClient.connect({
      gateways: [by("gateway0").value, by("gateway1").value],
      tokens: [by("token0").value, by("token1").value],
      namedGatewaysOnly: true, // The policy of this page names no others.
    });
    by("file").disabled = false;
    by("connection").open = false;
    say(`Both parties serve the model ${client.description.name}.`);
    document.body.dataset.state = "connected";
  } catch (error) {
    by("connection").open = true;
    say(`Not connected: ${error.message}`);
    document.body.dataset.state = "failed";
  }
}

/** The fragment of the address may hold tokens; it is never sent, and does not stay visible. */
function takeFragment() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.toString() !== "") {
    history.replaceState(null, "", location.pathname);
  }
  return given;
}

async function start() {
  const given = takeFragment();
  const gateway = await (await fetch("v1/gateway")).json();
  offerSamples(gateway.sampleCount);
  const own = gateway.party;
  by(`gateway${own}`).value = location.origin;
  by(`gateway${1 - own}`).value = gateway.otherGateway;
  for (const party of [0, 1]) {
    by(`token${party}`).value = given.get(`token${party}`) ?? "";
  }
  by("parties").addEventListener("submit", (event) => {
    event.preventDefault();
    connect();
  });
  by("file").addEventListener("change", () => {
    const [file] = by("file").files;
    if (file) {
      classify(file);
    }
  });
  if (given.has("token0") && given.has("token1")) {
    await connect();
  } else {
    by("connection").open = true;
    by("file").disabled = true;
    say("Enter a token for each party.");
    document.body.dataset.state = "unconnected";
  }
}

start();
