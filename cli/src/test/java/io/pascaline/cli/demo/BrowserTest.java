// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** The web page and the JavaScript client in headless Chromium, against the roles of the demo. */
@Timeout(300)
class BrowserTest {
  private static final int PICTURES = 20;

  /** Each sends 784 words, which is enough to detect a byte that is not uniform. */
  private static final int INFERENCES = 100;

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private ChromeDriver browser;

  @BeforeEach
  void startBrowser() throws Exception {
    browser = Chromium.start(folder.resolve("profile"));
    browser.manage().timeouts().scriptTimeout(TIMEOUT);
    Files.createDirectories(SCREENSHOTS);
  }

  @AfterEach
  void endBrowser() {
    if (browser != null) {
      browser.quit();
    }
  }

  /** Waits until an expression is true in the page. */
  private void await(String expression) {
    Object result =
        browser.executeAsyncScript(
            "const done = arguments[arguments.length - 1];"
                + "const look = () => ("
                + expression
                + ") ? done('') : document.body.dataset.state === 'failed'"
                + " ? done(document.getElementById('status').textContent)"
                + " : setTimeout(look, 5); look();");
    assertEquals(
        "", result, () -> expression + " " + browser.manage().logs().get(LogType.BROWSER).getAll());
  }

  private String text(String id) {
    return browser.findElement(By.id(id)).getText();
  }

  private void screenshot(String name) throws Exception {
    Files.write(SCREENSHOTS.resolve(name), browser.getScreenshotAs(OutputType.BYTES));
  }

  private void assertNoComplaints() {
    List<LogEntry> complaints =
        browser.manage().logs().get(LogType.BROWSER).getAll().stream()
            // The test itself reads canvases, about which Chromium warns.
            .filter(entry -> !entry.getMessage().contains("willReadFrequently"))
            .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
            .toList();
    assertEquals(List.of(), complaints);
  }

  @Test
  void shouldClassifyPicturesAsTheEmbeddedRunDoes() throws Exception {
    try (BundledDemo demo = new BundledDemo(12)) {
      List<String> labels = demo.model.input().classLabels();
      List<String> expected = demo.embeddedClasses(PICTURES).stream().map(labels::get).toList();
      browser.get(demo.demo.page().toString());
      await("document.body.dataset.state === 'connected'");
      assertFalse(browser.getCurrentUrl().contains("token"), browser.getCurrentUrl());

      List<byte[]> pictures = SamplePictures.first(PICTURES);
      for (int i = 0; i < PICTURES; i++) {
        Path file = Files.write(folder.resolve("picture" + i + ".png"), pictures.get(i));
        browser.findElement(By.id("file")).sendKeys(file.toString());
        await("document.body.dataset.answers === '" + (i + 1) + "'");

        assertEquals(expected.get(i), text("best"), "picture " + i);
        assertEquals(5, browser.findElements(By.cssSelector("#classes li")).size());
        assertEquals("", text("warnings"));
        assertShown(BundledDemo.images(PICTURES).get(i));
      }
      screenshot("demo.png");
      assertNoComplaints();
    }
  }

  /** The page shows the picture itself, and noise for each share. */
  private void assertShown(byte[] samples) {
    List<?> shown = pixels("picture");
    for (int k = 0; k < samples.length; k++) {
      assertEquals((long) (samples[k] & 0xff), shown.get(k), "pixel " + k);
    }
    for (String share : List.of("share0", "share1")) {
      long distinct = pixels(share).stream().distinct().count();
      // 784 uniform bytes miss 12 of 256 values on average.
      assertTrue(distinct > 200, share + " has " + distinct + " distinct values");
    }
  }

  private List<?> pixels(String canvas) {
    return (List<?>)
        browser.executeScript(
            "const c = document.getElementById(arguments[0]);"
                + "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
                + "return Array.from({length: d.length / 4}, (_, i) => d[4 * i]);",
            canvas);
  }

  @Test
  void shouldWorkByKeyboardAndOnAPhone() throws Exception {
    try (BundledDemo demo = new BundledDemo(12)) {
      browser.executeCdpCommand(
          "Emulation.setDeviceMetricsOverride",
          Map.of("width", 360, "height", 740, "deviceScaleFactor", 2, "mobile", true));
      browser.get(demo.demo.page().toString());
      await("document.body.dataset.state === 'connected'");

      WebElement active = browser.switchTo().activeElement();
      active.sendKeys(Keys.TAB);
      assertEquals("button", browser.switchTo().activeElement().getTagName());
      browser.switchTo().activeElement().sendKeys(Keys.TAB);
      browser.switchTo().activeElement().sendKeys(Keys.ENTER);
      await("document.body.dataset.state === 'answered'");

      List<String> labels = demo.model.input().classLabels();
      assertEquals(labels.get(demo.embeddedClasses(2).get(1)), text("best"));
      assertTrue(text("status").contains(text("best")), text("status"));
      Object overflow =
          browser.executeScript("return document.documentElement.scrollWidth - window.innerWidth;");
      assertEquals(0L, overflow);
      Object small =
          browser.executeScript(
              "return [...document.querySelectorAll('button, input, summary')]"
                  + ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 24)"
                  + ".map(e => e.outerHTML);");
      assertEquals(List.of(), small, "too small for a finger");
      Map<?, ?> whole =
          (Map<?, ?>)
              browser.executeCdpCommand(
                  "Page.captureScreenshot", Map.of("captureBeyondViewport", true));
      Files.write(
          SCREENSHOTS.resolve("demo-phone.png"),
          Base64.getDecoder().decode((String) whole.get("data")));
      assertNoComplaints();
    }
  }

  @Test
  void shouldSayWhatIsWrongWithATokenAndConnectWithAnother() throws Exception {
    try (BundledDemo demo = new BundledDemo(2)) {
      browser.get(demo.demo.gateway(0) + "/#token0=pascaline_wrong&token1=pascaline_wrong");
      browser.executeAsyncScript(
          "const done = arguments[arguments.length - 1];"
              + "const look = () => document.body.dataset.state === 'failed'"
              + " ? done() : setTimeout(look, 5); look();");
      assertTrue(text("status").contains("token is not one of this party's"), text("status"));

      for (int party = 0; party < 2; party++) {
        WebElement field = browser.findElement(By.id("token" + party));
        field.clear();
        field.sendKeys(demo.demo.token(party));
      }
      browser.findElement(By.cssSelector("#parties button")).sendKeys(Keys.ENTER);

      browser.executeAsyncScript(
          "const done = arguments[arguments.length - 1];"
              + "const look = () => document.body.dataset.state === 'connected'"
              + " ? done() : setTimeout(look, 5); look();");
      assertTrue(text("status").contains("Both parties serve"), text("status"));
    }
  }

  /** The JavaScript client without the page, in both rings. */
  @Test
  void shouldShareInFreshUniformWordsAndAnswerAsTheEmbeddedRunDoes() throws Exception {
    for (String suite : List.of("fused", "classic")) {
      int count = suite.equals("fused") ? INFERENCES : 10;
      try (BundledDemo demo = new BundledDemo(0, "--suite", suite)) {
        List<Integer> expected = demo.embeddedClasses(count);
        browser.get(demo.demo.gateway(0).toString());
        Map<?, ?> result =
            (Map<?, ?>)
                browser.executeAsyncScript(
                    CLIENT_SCRIPT,
                    List.of(demo.demo.gateway(0).toString(), demo.demo.gateway(1).toString()),
                    List.of(demo.demo.token(0), demo.demo.token(1)),
                    BundledDemo.images(count).stream()
                        .map(
                            image ->
                                IntStream.range(0, image.length)
                                    .mapToObj(k -> image[k] & 0xff)
                                    .toList())
                        .toList());

        assertEquals(null, result.get("error"));
        assertEquals(
            expected, ((List<?>) result.get("classes")).stream().map(BrowserTest::toInt).toList());
        assertEquals(0L, result.get("repeats"), "words that were sent twice at one place");
        List<?> counts = (List<?>) result.get("counts");
        for (int party = 0; party < 2; party++) {
          long[] bytes =
              ((List<?>) counts.get(party)).stream().mapToLong(BrowserTest::toInt).toArray();
          BundledDemo.requireUniform(bytes, suite + ", share of party " + party);
        }
      }
    }
  }

  private static int toInt(Object number) {
    return ((Number) number).intValue();
  }

  /** Classifies pictures; counts bytes of shares, and words equal to those of the share before. */
  private static final String CLIENT_SCRIPT =
      """
      const [gateways, tokens, images, done] = arguments;
      (async () => {
        const {PascalineClient} = await import("/pascaline.js");
        const client = await PascalineClient.connect({gateways, tokens});
        const counts = [new Array(256).fill(0), new Array(256).fill(0)];
        const classes = [];
        const before = [null, null];
        let equal = 0;
        for (const image of images) {
          const data = new Uint8ClampedArray(4 * image.length);
          image.forEach((sample, i) => data.fill(sample, 4 * i, 4 * i + 3));
          const answer = await client.infer(client.inputOfPixels({data, width: 28, height: 28}));
          if (answer.warnings.length > 0) {
            throw new Error(answer.warnings.join());
          }
          classes.push(answer.classes(1)[0].index);
          answer.shares.input.forEach((share, party) => {
            new Uint8Array(share.buffer).forEach((byte) => counts[party][byte]++);
            if (before[party]) {
              share.forEach((word, i) => { equal += word === before[party][i] ? 1 : 0; });
            }
            before[party] = share;
          });
        }
        // Two uniform words of 32 bits are equal once in four thousand million times.
        return {classes, counts, repeats: equal};
      })().then(done, (error) => done({error: String(error)}));
      """;
}
