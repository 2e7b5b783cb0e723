// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.cli.demo.Chromium;
import io.pascaline.gateway.Gateway;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.RightAnswers;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogType;

/**
 * Pages in headless Chromium whose origin is none of the gateways', and that ask the own gateways
 * of a cell if the cell's operators and the page's policy allow it.
 */
@Timeout(300)
class CellPagesTest {
  private static final int REQUESTS = 5;

  @TempDir private Path folder;

  private final SplittableRandom random = new SplittableRandom(75);
  private final FusedNetwork network = RolloutTest.network(random);
  private final RightAnswers right = new RightAnswers(network);
  private final HttpServer[] sites = new HttpServer[2];
  private ChromeDriver browser;
  private ModelsDeployment roles;
  private volatile String policy = "";

  @BeforeEach
  void start() throws Exception {
    browser = Chromium.start(folder.resolve("profile"));
    browser.manage().timeouts().scriptTimeout(Duration.ofSeconds(60));
    for (int i = 0; i < sites.length; i++) {
      sites[i] = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      sites[i].createContext("/", this::serve);
      sites[i].start();
    }
    roles = ModelsDeployment.ofCellWithOwnGateways(folder);
    roles.allowPages(List.of(site(0), site(1)), List.of(site(0)));
    roles.addModel("v0", network);
    roles.start();
    roles.load("v0");
    roles.awaitReady(InferenceResult.version(network.plan()));
  }

  @AfterEach
  void end() {
    if (browser != null) {
      browser.quit();
    }
    for (HttpServer site : sites) {
      if (site != null) {
        site.stop(0);
      }
    }
    if (roles != null) {
      roles.close();
    }
  }

  /** Serves an empty page and the module, as the owner of an application does. */
  private void serve(HttpExchange exchange) throws IOException {
    boolean isModule = exchange.getRequestURI().getPath().equals("/pascaline.js");
    byte[] body = "<!doctype html><title>app</title>".getBytes(StandardCharsets.UTF_8);
    if (isModule) {
      try (InputStream module = Gateway.class.getResourceAsStream("web/pascaline.js")) {
        body = module.readAllBytes();
      }
    }
    exchange
        .getResponseHeaders()
        .add("Content-Type", isModule ? "text/javascript" : "text/html; charset=utf-8");
    if (!policy.isEmpty()) {
      exchange.getResponseHeaders().add("Content-Security-Policy", policy);
    }
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private String site(int index) {
    return "http://127.0.0.1:" + sites[index].getAddress().getPort();
  }

  private List<String> named() {
    return Stream.of(0, 1).map(party -> roles.gateway(party).toString()).toList();
  }

  private void open(int site) {
    browser.get(site(site));
    Object connected =
        browser.executeAsyncScript(
            """
            const [gateways, tokens, done] = arguments;
            (async () => {
              const {PascalineClient} = await import("/pascaline.js");
              window.client = await PascalineClient.connect({gateways, tokens, model: "small"});
            })().then(done, (error) => done(String(error)));
            """,
            named(),
            List.of(roles.token(0), roles.token(1)));
    assertNull(connected);
  }

  /** Asks in the page, and compares the answer with what the network answers. */
  private void requireRight() {
    float[] input = RolloutTest.image(random);
    Map<?, ?> answer =
        (Map<?, ?>)
            browser.executeAsyncScript(
                """
                const [input, done] = arguments;
                window.client.infer(input).then(
                    ({values}) => done({values: [...values]}),
                    (error) => done({error: String(error)}));
                """,
                IntStream.range(0, input.length).mapToObj(i -> (double) input[i]).toList());
    assertNull(answer.get("error"));
    NetworkPlan plan = network.plan();
    double unit = Math.scalb(1.0, -plan.outputFractionBits()) / plan.outputLayer().outputDivisor();
    int[] words =
        ((List<?>) answer.get("values"))
            .stream()
                .mapToInt(value -> (int) Math.round(((Number) value).doubleValue() / unit))
                .toArray();
    assertNull(right.faultOf(input, words));
  }

  private long direct(int party) {
    return roles.answeredByOwn(party, "infer", 200);
  }

  private List<String> complaints() {
    return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(Object::toString)
        .filter(each -> !each.contains("favicon"))
        .toList();
  }

  @Test
  void shouldAskTheOwnGatewaysOfACellIfTheyAllowTheOriginOfThePage() {
    open(0);
    ModelsDeployment.await(
        () -> {
          requireRight();
          return direct(0) > 0;
        },
        "a direct request");
    long before = direct(0);
    for (int i = 0; i < REQUESTS; i++) {
      requireRight();
    }
    assertEquals(before + REQUESTS, direct(0));
    assertEquals(direct(0), direct(1));
    assertEquals(List.of(), complaints());
  }

  /** Neither the operators of the cell nor the owner of the page must allow it. */
  @Test
  void shouldAskTheNamedGatewaysIfThePageMayNotAskThoseOfTheCell() {
    open(1);
    requireComplaintAndRight("CORS");
    long refused = roles.answeredByOwn(0, "description", 403);
    assertTrue(refused > 0);

    policy = "connect-src 'self' " + String.join(" ", named());
    open(0);
    requireComplaintAndRight("Content Security Policy");
    assertEquals(refused, roles.answeredByOwn(0, "description", 403), "nothing has reached it");
  }

  private void requireComplaintAndRight(String complaint) {
    StringBuilder seen = new StringBuilder();
    ModelsDeployment.await(
        () -> {
          requireRight();
          complaints().forEach(seen::append);
          return seen.indexOf(complaint) >= 0;
        },
        complaint);
    for (int i = 0; i < REQUESTS; i++) {
      requireRight();
    }
    assertTrue(direct(0) == 0 && direct(1) == 0, seen::toString);
  }
}
