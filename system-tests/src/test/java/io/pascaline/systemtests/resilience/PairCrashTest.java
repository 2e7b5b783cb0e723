// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.state.AuditCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL for a server, its dealer and clients that are party 1, in turn and at random times, under
 * load of clients that ask again. More often with {@code -Dpascaline.kills=N}, and otherwise with
 * {@code -Dpascaline.seed=N}. A killed client disturbs no other one.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class PairCrashTest {
  private static final long SEED = Long.getLong("pascaline.seed", 23);

  /** At the least every role once. */
  private static final int KILLS = Integer.getInteger("pascaline.kills", 4);

  /** Beyond it a recovery that is merely slow is told from one that never comes. */
  private static final long NEVER_MS = 300_000;

  private static final String SETTINGS = "log-format = text\nconnect-timeout = 5m\n";
  private static final int IN_FLIGHT = 3;
  private static final int MAX_PAUSE_MS = 50;

  /** More than is precomputed and in flight: these need all roles. */
  private static final int ANSWERS = 20;

  private static final long MAX_DOWN_MS = 1_000;
  private static final long MAX_UP_MS = 1_000;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final List<Member> next = new ArrayList<>();

  @Test
  @SuppressWarnings("try") // Closing may be interrupted, as all that a test does.
  void shouldAnswerRightAndUseNothingTwiceWhateverIsKilled() throws Exception {
    SmallNetwork network = SmallNetwork.of(4, 6);
    DeploymentFiles files = DeploymentFiles.writeWithServer(folder, network, SETTINGS);
    Answers answers = new Answers(network);
    String seed = "seed " + SEED + ", logs in " + folder;
    try (Deployment deployment =
        new Deployment(files, answers, random.split(), (int) NEVER_MS, IN_FLIGHT, MAX_PAUSE_MS)) {
      for (Member member : files.members()) {
        deployment.start(member);
      }
      awaitService(answers, deployment);
      for (int kill = 0; kill < KILLS; kill++) {
        crash(files, deployment, answers, seed);
      }
      assertEquals(List.of(), deployment.endedByThemselves());
    }
    assertEquals(List.of(), answers.faults(), seed);
    assertTrue(answers.controls() > 0, seed);
    long opened = 0;
    for (List<Path> states : states(files)) {
      AuditCheck.Findings audit = AuditCheck.ofDirectories(states);
      assertEquals(List.of(), audit.violations(), seed);
      opened += audit.opened();
      for (Path state : states) {
        assertTrue(findsRepeatedIncarnation(states, state), "the audit misses " + state);
      }
    }
    assertTrue(opened > answers.count(), seed);
    System.out.printf(
        "seed %d, %d kills: %d answers, %d wrong, failures %s, %d openings noted%n",
        SEED, KILLS, answers.count(), answers.wrong(), answers.failures(), opened);
  }

  private void crash(DeploymentFiles files, Deployment deployment, Answers answers, String seed)
      throws Exception {
    if (next.isEmpty()) {
      next.addAll(files.members());
    }
    Member victim = next.remove(random.nextInt(next.size()));
    int failuresBefore = failures(answers);
    deployment.kill(victim);
    pause(random.nextLong(MAX_DOWN_MS));
    if (victim.isClient()) {
      Member other = victim == Member.CLIENT_A ? Member.CLIENT_B : Member.CLIENT_A;
      assertTrue(answers.await(other, answers.count(other) + ANSWERS, NEVER_MS), seed);
      assertEquals(failuresBefore, failures(answers), seed);
    }
    deployment.start(victim);
    awaitService(answers, deployment);
    pause(random.nextLong(MAX_UP_MS));
  }

  private static int failures(Answers answers) {
    return answers.failures().values().stream().mapToInt(Integer::intValue).sum();
  }

  private static void awaitService(Answers answers, Deployment deployment)
      throws InterruptedException {
    for (Member client : List.of(Member.CLIENT_A, Member.CLIENT_B)) {
      assertTrue(
          answers.await(client, answers.count(client) + ANSWERS, NEVER_MS),
          () -> client + " has no service " + deployment.errors());
    }
  }

  private static void pause(long milliseconds) throws InterruptedException {
    new CountDownLatch(1).await(milliseconds, TimeUnit.MILLISECONDS);
  }

  /** Returns the state folders that are checked together: server and dealer of each client. */
  private static List<List<Path>> states(DeploymentFiles files) throws IOException {
    List<List<Path>> states = new ArrayList<>();
    try (Stream<Path> ofServer = Files.list(files.stateFolder(Member.PARTY_0))) {
      for (Path state : ofServer.filter(Files::isDirectory).toList()) {
        states.add(List.of(files.stateFolder(Member.DEALER).resolve(state.getFileName()), state));
      }
    }
    assertEquals(2, states.size(), "a folder for each client");
    states.add(List.of(files.stateFolder(Member.CLIENT_A)));
    states.add(List.of(files.stateFolder(Member.CLIENT_B)));
    return states;
  }

  /** Returns whether the audit sees that an incarnation of this role was lived twice. */
  private static boolean findsRepeatedIncarnation(List<Path> states, Path state)
      throws IOException {
    Path lived = state.resolve("audit-000001.log");
    Path again = state.resolve("audit-999999.log");
    Files.copy(lived, again);
    try {
      return AuditCheck.ofDirectories(states).violationCount() > 0;
    } finally {
      Files.delete(again);
    }
  }
}
