// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.run.Latencies;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Divides the inferences of a client of deployed parties, which have recorded what they do. */
public final class JoinedBench {
  private static final String NO_PLAINTEXT = "the client's run had no plaintext model";
  private static final String SAME_RUN =
      "record client, party 0 and party 1 in the same run, and name the files in this order";

  private JoinedBench() {}

  /**
   * Reads what {@code bench --recording} has left at the client, and what the parties have left.
   *
   * @param subject what was measured
   * @param client the recording of the client
   * @param party0 the recording of party 0
   * @param party1 the recording of party 1
   * @return the figures
   * @throws CommandFault if the files cannot be read or do not fit together
   */
  public static BenchReport report(BenchSubject subject, Path client, Path party0, Path party1) {
    InferenceRecording measured = read(client);
    if (measured.measured().isEmpty()) {
      throw new CommandFault(
          "--recordings: " + client + " has no measured inferences",
          "name the file that bench --config --recording has written first");
    }
    JoinedRecordings joined =
        JoinedRecordings.of(measured, read(party0), read(party1), subject.timeline());
    List<Breakdown> breakdowns = joined.breakdowns();
    if (breakdowns.isEmpty()) {
      throw new CommandFault(
          joined.unclear() == 0
              ? "--recordings: the parties have recorded none of the inferences of " + client
              : "--recordings: the clocks of the recordings cannot be compared",
          SAME_RUN);
    }
    Latencies latencies = new Latencies();
    measured.measured().forEach(one -> latencies.add(one.untilNs() - one.fromNs()));
    return new BenchReport(
        subject,
        latencies,
        Breakdown.middleHalf(breakdowns),
        Breakdown.slowest(breakdowns),
        null,
        measured.oneThread(),
        measured.allCores(),
        NO_PLAINTEXT,
        null,
        (double) measured.allocatedBytes() / latencies.count(),
        new BenchReport.Join(
            breakdowns.size(),
            joined.unrecorded(),
            joined.unclear(),
            joined.party0ErrorNs(),
            joined.party1ErrorNs()));
  }

  private static InferenceRecording read(Path file) {
    try {
      return InferenceRecording.read(file);
    } catch (IOException e) {
      throw new CommandFault(
          "--recordings: " + file + " cannot be read (" + e.getMessage() + ")",
          "name a whole recording of the Flight Recorder",
          e);
    }
  }
}
