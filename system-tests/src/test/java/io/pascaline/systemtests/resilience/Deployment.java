// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Dealer, parties and clients that never stop asking, one JVM each. For one thread. */
@SuppressWarnings("try") // Closing waits for processes, which may be interrupted.
final class Deployment implements AutoCloseable {
  private final DeploymentFiles files;
  private final Answers answers;
  private final SplittableRandom random;
  private final int requestTimeoutMs;
  private final int inFlight;
  private final int maxPauseMs;
  private final Map<Member, RoleProcess> running = new EnumMap<>(Member.class);

  /**
   * A deployment of which nothing runs yet.
   *
   * @param inFlight requests of each client at a time
   * @param maxPauseMs the longest pause of a client between an answer and the next request
   */
  Deployment(
      DeploymentFiles files,
      Answers answers,
      SplittableRandom random,
      int requestTimeoutMs,
      int inFlight,
      int maxPauseMs) {
    this.files = files;
    this.answers = answers;
    this.random = random;
    this.requestTimeoutMs = requestTimeoutMs;
    this.inFlight = inFlight;
    this.maxPauseMs = maxPauseMs;
  }

  /** Starts a process that does not run. */
  void start(Member member) throws IOException {
    String config = files.config(member).toString();
    String[] command =
        member.isClient()
            ? new String[] {
              LoadClient.class.getName(),
              config,
              Long.toString(random.nextLong()),
              Integer.toString(inFlight),
              Integer.toString(maxPauseMs),
              Integer.toString(requestTimeoutMs),
              Boolean.toString(files.hasServer())
            }
            : new String[] {
              "io.pascaline.cli.Pascaline", files.command(member), "--config", config
            };
    running.put(
        member,
        RoleProcess.start(
            member.fileName(), files.folder(), line -> answers.onLine(member, line), command));
  }

  /** Sends SIGKILL; when this returns, all that the process printed has been read. */
  void kill(Member member) throws InterruptedException {
    RoleProcess process = running.remove(member);
    if (!process.isAlive()) {
      throw new IllegalStateException(member + " ended by itself: " + process.errors());
    }
    answers.onKill(member);
    process.kill();
    answers.onKilled(member);
  }

  /**
   * When the last of some processes said that it is up, by {@link System#nanoTime}; those that have
   * not said it yet count from now.
   */
  long upNs(List<Member> members) {
    long nowNs = System.nanoTime();
    return members.stream()
        .mapToLong(member -> running.get(member).firstLineNs())
        .map(upNs -> upNs == 0 ? nowNs : upNs)
        .max()
        .orElse(nowNs);
  }

  /** Returns what ended although nobody killed it; empty if nothing did. */
  List<String> endedByThemselves() {
    List<String> ended = new ArrayList<>();
    running.forEach(
        (member, process) -> {
          if (!process.isAlive()) {
            ended.add(member + ": " + process.errors());
          }
        });
    return ended;
  }

  /** Returns what the roles wrote to their standard error so far. */
  List<String> errors() {
    return running.entrySet().stream()
        .map(e -> e.getKey() + ": " + e.getValue().errors())
        .filter(text -> !text.endsWith(": "))
        .toList();
  }

  @Override
  public void close() throws InterruptedException {
    // Clients first: parties drain, and who asks on keeps them busy.
    List<Member> all = List.of(Member.values());
    for (int i = all.size() - 1; i >= 0; i--) {
      RoleProcess process = running.remove(all.get(i));
      if (process != null) {
        if (all.get(i).isClient()) {
          process.kill();
        } else {
          process.end();
        }
      }
    }
  }
}
