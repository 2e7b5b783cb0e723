// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pascaline.cli.options.VisibilityNames;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.layers.plan.SentBytes;
import io.pascaline.sim.SimulatedAnswer;
import io.pascaline.sim.SimulationResult;
import io.pascaline.sim.network.LinkProfile;
import io.pascaline.sim.trace.DealerCheckTraffic;
import io.pascaline.sim.trace.LayerTraffic;
import io.pascaline.sim.trace.LostWork;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** A sweep's results for programs: JSON and CSV. */
final class SimFiles {
  private SimFiles() {}

  static void writeJson(OutputFile file, SimModel model, List<SimRun> runs) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("model", model.name());
    root.put("untrained", model.untrained());
    SimulationResult any = runs.get(0).result();
    root.put("computation", any.costOrigin());
    root.put("coresPerMachine", any.settings().coresPerMachine());
    root.put("layout", any.settings().layout().name().toLowerCase(Locale.ROOT));
    root.put("dealerSpeed", any.settings().dealerSpeed());
    root.put("seed", any.settings().seed());
    ArrayNode array = root.putArray("runs");
    runs.forEach(run -> addRun(array.addObject(), run));
    file.writeJson(root);
  }

  private static void addRun(ObjectNode node, SimRun run) {
    SimulationResult result = run.result();
    node.put("activation", run.activation().label());
    node.put("visibility", VisibilityNames.label(run.suite().visibility()));
    node.put("rttMs", run.rttMs());
    if (run.parties().bitsPerSecond() != LinkProfile.UNLIMITED) {
      node.put("bandwidthBitsPerSecond", run.parties().bitsPerSecond());
    }
    node.put("links", result.settings().network().toString());
    if (run.succeeded()) {
      node.put("latencyMs", run.latencyMs());
      node.put("rounds", result.rounds());
      node.put("onlineBytesPerParty", result.onlineBytesPerParty());
      addByParty(node.putArray("onlineBytesByParty"), result.online());
      node.put("advanceBytes", result.advanceBytes());
      node.put("offlineBytes", result.offlineBytes());
      node.put("setupBytesPerParty", result.setupBytesPerParty());
      addByParty(node.putArray("setupBytesByParty"), result.setup());
    }
    LostWork lost = result.lostWork();
    if (lost.epochs() > 0) {
      node.putObject("lost")
          .put("epochs", lost.epochs())
          .put("setupBytesPerParty", lost.setupBytesPerParty())
          .put("onlineBytesPerParty", lost.onlineBytesPerParty())
          .put("offlineBytes", lost.offlineBytes());
    }
    int every = result.settings().dealerCheckEvery();
    if (every > 0) {
      DealerCheckTraffic checks = result.dealerChecks();
      node.putObject("dealerChecks")
          .put("every", every)
          .put("numbers", checks.numbers())
          .put("onlineBytes", checks.onlineBytes())
          .put("offlineBytes", checks.offlineBytes());
    }
    SimulatedAnswer failure = run.firstFailureOrNull();
    if (failure != null) {
      node.put("failure", failure.reasonOrNull() + ": " + failure.detailOrNull());
    }
    run.suite().addFailureTo(node);
    node.put("fractionBits", run.suite().fractionBits());
    node.put("readyMs", run.readyMs());
    node.put("endMs", SimRun.ms(result.endNs()));
    node.put("reproducible", result.reproducible());
    node.put("traceDigest", result.traceDigest());
    ArrayNode latencies = node.putArray("latenciesMs");
    for (SimulatedAnswer answer : result.answers()) {
      if (answer.succeeded()) {
        latencies.add(SimRun.ms(answer.latencyNs()));
      } else {
        latencies.addNull();
      }
    }
    if (run.succeeded()) {
      ArrayNode layers = node.putArray("layers");
      for (LayerTraffic layer : result.layerTraffic()) {
        ObjectNode each = layers.addObject();
        each.put("layer", layer.layer())
            .put("name", layer.name())
            .put("rounds", layer.rounds())
            .put("onlineBytes", layer.online().larger())
            .put("advanceBytes", layer.advanceBytes())
            .put("offlineBytes", layer.offlineBytes());
        addByParty(each.putArray("onlineBytesByParty"), layer.online());
      }
    }
  }

  private static void addByParty(ArrayNode array, SentBytes bytes) {
    array.add(bytes.byParty0()).add(bytes.byParty1());
  }

  static void writeCsv(OutputFile file, List<SimRun> runs) {
    StringBuilder text =
        new StringBuilder(
            "activation,rttMs,bandwidthBitsPerSecond,latencyMs,rounds,onlineBytesPerParty,"
                + "offlineBytes,setupBytesPerParty,readyMs,traceDigest,lostEpochs,lostOnlineBytesPerParty,"
                + "lostOfflineBytes,lostSetupBytesPerParty,visibility,onlineBytesParty0,onlineBytesParty1\n");
    for (SimRun run : runs) {
      SimulationResult result = run.result();
      boolean succeeded = run.succeeded();
      LostWork lost = result.lostWork();
      text.append(
          String.format(
              Locale.ROOT,
              "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s%n",
              run.activation().label(),
              run.rttMs(),
              run.parties().bitsPerSecond() == LinkProfile.UNLIMITED
                  ? ""
                  : run.parties().bitsPerSecond(),
              succeeded ? run.latencyMs() : "",
              succeeded ? result.rounds() : "",
              succeeded ? result.onlineBytesPerParty() : "",
              succeeded ? result.offlineBytes() : "",
              succeeded ? result.setupBytesPerParty() : "",
              run.readyMs(),
              result.traceDigest(),
              lost.epochs(),
              lost.onlineBytesPerParty(),
              lost.offlineBytes(),
              lost.setupBytesPerParty(),
              VisibilityNames.label(run.suite().visibility()),
              succeeded ? result.online().byParty0() : "",
              succeeded ? result.online().byParty1() : ""));
    }
    file.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
