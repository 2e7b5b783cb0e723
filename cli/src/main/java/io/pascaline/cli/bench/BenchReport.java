// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pascaline.cli.options.VisibilityNames;
import io.pascaline.cli.output.Figures;
import io.pascaline.cli.output.TextTable;
import io.pascaline.cli.run.Latencies;
import io.pascaline.cli.run.TrustModel;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What {@code bench} has measured. */
public final class BenchReport {
  private static final double NS_PER_MS = 1e6;

  private final BenchSubject subject;
  private final Latencies latencies;
  private final Breakdown typical;
  private final Breakdown slowest;
  private final Breakdown simulatedOrNull;
  private final Latencies oneThread;
  private final Latencies allThreads;
  private final String refusal;
  private final Throughput throughputOrNull;
  private final double allocatedBytes;
  private final Join joinOrNull;

  /**
   * Answers per time.
   *
   * @param perSecond dealing included
   * @param inFlight at once
   */
  record Throughput(double perSecond, int inFlight) {}

  /**
   * How recordings of several processes fit together.
   *
   * @param count inferences that are in the breakdown
   * @param unrecorded inferences that a party has not recorded
   * @param unclear inferences whose messages fit no offset of the clocks
   * @param party0ErrorNs by how much party 0's clock can be wrong against the client's
   * @param party1ErrorNs the same of party 1's clock against party 0's
   */
  record Join(int count, int unrecorded, int unclear, double party0ErrorNs, double party1ErrorNs) {}

  /**
   * Holds the figures.
   *
   * @param subject what was measured
   * @param latencies of the inferences that ran one at a time
   * @param typical where the time of the middle half of them went
   * @param slowest breakdown of the slowest 5 %
   * @param simulatedOrNull what the simulator's cost model says; null if it was not asked
   * @param oneThread the same images on ONNX Runtime with one thread; empty if it did not run
   * @param allThreads the same with one thread per core
   * @param refusal why ONNX Runtime did not run; empty if it did
   * @param throughputOrNull with several in flight; null if that is not known
   * @param allocatedBytes per inference, by the roles of this process
   * @param joinOrNull how the recordings fit together; null if there was only one
   */
  BenchReport(
      BenchSubject subject,
      Latencies latencies,
      Breakdown typical,
      Breakdown slowest,
      Breakdown simulatedOrNull,
      Latencies oneThread,
      Latencies allThreads,
      String refusal,
      Throughput throughputOrNull,
      double allocatedBytes,
      Join joinOrNull) {
    this.subject = subject;
    this.latencies = latencies;
    this.typical = typical;
    this.slowest = slowest;
    this.simulatedOrNull = simulatedOrNull;
    this.oneThread = oneThread;
    this.allThreads = allThreads;
    this.refusal = refusal;
    this.throughputOrNull = throughputOrNull;
    this.allocatedBytes = allocatedBytes;
    this.joinOrNull = joinOrNull;
  }

  /**
   * Prints the figures for people.
   *
   * @param out where to
   */
  public void print(PrintWriter out) {
    printBreakdown(out);
    out.println();
    line(out, "model", subject.plan().name());
    line(out, "deployment", subject.deployment());
    line(out, "trust model", TrustModel.of(subject.plan().visibility()));
    if (joinOrNull != null) {
      line(out, "recordings", joined());
      line(out, "clocks", clocks());
    }
    line(
        out,
        "latency, private",
        text(latencies)
            + " ("
            + Figures.plural(latencies.count(), "inference")
            + " one at a time)");
    plaintext(out, "ONNX Runtime, 1 thread", oneThread);
    plaintext(out, "ONNX Runtime, all cores", allThreads);
    if (throughputOrNull != null) {
      line(
          out,
          "throughput",
          String.format(
              Locale.ROOT,
              "%.1f inferences/s (%d in flight, dealing included)",
              throughputOrNull.perSecond(),
              throughputOrNull.inFlight()));
    }
    line(
        out,
        "allocation",
        Figures.bytes(Math.rint(allocatedBytes))
            + " per inference, "
            + subject.view().allocating());
    out.flush();
  }

  private void printBreakdown(PrintWriter out) {
    List<String> headings =
        new ArrayList<>(List.of("<category", "middle half", "share", "slowest 5 %", "share"));
    if (simulatedOrNull != null) {
      headings.add("simulated");
    }
    TextTable table = new TextTable(headings.toArray(new String[0]));
    for (TimeCategory category : shown()) {
      List<String> row = new ArrayList<>(List.of(category.title()));
      for (Breakdown part : List.of(typical, slowest)) {
        double ns = part.byCategoryNs().get(category);
        row.add(ms(ns));
        row.add(String.format(Locale.ROOT, "%.1f %%", 100 * ns / part.wholeNs()));
      }
      if (simulatedOrNull != null) {
        row.add(ms(simulatedOrNull.byCategoryNs().get(category)));
      }
      table.row(row.toArray());
    }
    List<String> whole =
        new ArrayList<>(
            List.of("the whole inference", ms(typical.wholeNs()), "", ms(slowest.wholeNs()), ""));
    if (simulatedOrNull != null) {
      whole.add(ms(simulatedOrNull.wholeNs()));
    }
    table.row(whole.toArray());
    table.print(out);
  }

  private String joined() {
    String text =
        joinOrNull.count() + " of " + Figures.plural(latencies.count(), "inference") + " divided";
    if (joinOrNull.unrecorded() > 0) {
      text += "; " + joinOrNull.unrecorded() + " not recorded by both parties";
    }
    if (joinOrNull.unclear() > 0) {
      text += "; " + joinOrNull.unclear() + " left out because the clocks changed";
    }
    return text;
  }

  private String clocks() {
    return "party 0 and the client compared to "
        + Figures.ms(joinOrNull.party0ErrorNs() / NS_PER_MS)
        + ", the parties to "
        + Figures.ms(joinOrNull.party1ErrorNs() / NS_PER_MS)
        + " (limits links and waiting)";
  }

  /** Returns the categories that this process could tell apart. */
  private List<TimeCategory> shown() {
    return Stream.of(TimeCategory.values()).filter(subject.view()::shows).toList();
  }

  private void plaintext(PrintWriter out, String name, Latencies plaintext) {
    line(
        out,
        name,
        plaintext.count() == 0
            ? "not measured: " + refusal
            : text(plaintext)
                + String.format(
                    Locale.ROOT, "; private takes %.1f times as long (p50)", ratio(plaintext)));
  }

  private double ratio(Latencies plaintext) {
    return latencies.p50Ms() / plaintext.p50Ms();
  }

  private static String text(Latencies latencies) {
    return "p50 " + Figures.ms(latencies.p50Ms()) + ", p99 " + Figures.ms(latencies.p99Ms());
  }

  private static String ms(double ns) {
    return String.format(Locale.ROOT, "%.3f ms", ns / NS_PER_MS);
  }

  private static void line(PrintWriter out, String name, String value) {
    out.println(String.format(Locale.ROOT, "  %-24s %s", name, value));
  }

  /**
   * Returns the figures for programs; keys are documented in docs/cli.md.
   *
   * @param mapper makes the nodes
   */
  public ObjectNode toJson(ObjectMapper mapper) {
    ObjectNode json = mapper.createObjectNode();
    json.put("model", subject.plan().name());
    json.put("deployment", subject.deployment());
    json.put("visibility", VisibilityNames.label(subject.plan().visibility()));
    json.put("trustModel", TrustModel.of(subject.plan().visibility()));
    json.put("inferences", latencies.count());
    put(json.putObject("latencyMs"), latencies);
    put(json.putObject("breakdownMs"), typical);
    put(json.putObject("slowestBreakdownMs"), slowest);
    if (simulatedOrNull != null) {
      put(json.putObject("simulatedBreakdownMs"), simulatedOrNull);
    }
    put(json.putObject("plaintextOneThreadMs"), oneThread);
    put(json.putObject("plaintextAllCoresMs"), allThreads);
    json.put("ratioOneThread", oneThread.count() == 0 ? null : ratio(oneThread));
    json.put("ratioAllCores", allThreads.count() == 0 ? null : ratio(allThreads));
    json.put("throughputPerSecond", throughputOrNull == null ? null : throughputOrNull.perSecond());
    json.put("throughputInFlight", throughputOrNull == null ? null : throughputOrNull.inFlight());
    json.put("allocatedBytesPerInference", Math.round(allocatedBytes));
    if (joinOrNull != null) {
      json.put("dividedInferences", joinOrNull.count());
      ObjectNode clocks = json.putObject("clockErrorMs");
      clocks.put("party0", joinOrNull.party0ErrorNs() / NS_PER_MS);
      clocks.put("party1", joinOrNull.party1ErrorNs() / NS_PER_MS);
    }
    json.put("java", Runtime.version().toString());
    json.put("processors", Runtime.getRuntime().availableProcessors());
    return json;
  }

  private static void put(ObjectNode node, Latencies latencies) {
    node.put("p50", latencies.count() == 0 ? null : latencies.p50Ms());
    node.put("p99", latencies.count() == 0 ? null : latencies.p99Ms());
  }

  private void put(ObjectNode node, Breakdown breakdown) {
    for (TimeCategory category : shown()) {
      node.put(category.key(), breakdown.byCategoryNs().get(category) / NS_PER_MS);
    }
    node.put("whole", breakdown.wholeNs() / NS_PER_MS);
  }
}
