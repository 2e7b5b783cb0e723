// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.state.AuditCheck;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL for random roles at random times, also while they recover from the last one, under load
 * of clients that ask again. More often with {@code -Dpascaline.kills=N}, and otherwise with {@code
 * -Dpascaline.seed=N}; figures go to the test's output, and a run that fails leaves its folder with
 * the roles' logs. The short run has cores that it shares: there service only has to come back, and
 * requests only have to end.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class CrashTest {
  private static final long SEED = Long.getLong("pascaline.seed", 17);
  private static final boolean LONG = Integer.getInteger("pascaline.kills") != null;

  /** At the least every role once. */
  private static final int KILLS = Integer.getInteger("pascaline.kills", Member.values().length);

  /** Until then parties keep no store on disk; those that are started later do. */
  private static final int STORE_FROM_KILL = LONG ? KILLS / 2 : 0;

  private static final int STOCK = 16;

  /** Of fewer, none may be of a party that was started with a store. */
  private static final int KILLS_FOR_STORE = 4 * Member.values().length;

  /** What is stated, from a restart to service, for a machine that does nothing else. */
  private static final long SERVICE_BACK_MS = 10_000;

  /** Beyond it a recovery that is merely slow is told from one that never comes. */
  private static final long NEVER_MS = 300_000;

  /** What is stated, from a kill to the end of the sessions that it ends: the defaults, as used. */
  private static final long ENDED_MS =
      LinkSettings.inProcess().peerTimeoutMs() + LinkSettings.inProcess().resumeTimeoutMs();

  /** For a line to come here from a client; where cores are shared, for a role to get its turn. */
  private static final long SLACK_MS = LONG ? 1_000 : NEVER_MS;

  /** Where the build shares its cores, a JVM may take longer to start than peers usually wait. */
  private static final String SETTINGS =
      "log-format = text\n" + (LONG ? "" : "connect-timeout = 5m\n");

  /** So long that whatever comes to it was forgotten by everybody. */
  private static final int REQUEST_TIMEOUT_MS = (int) NEVER_MS;

  private static final int IN_FLIGHT = 4;
  private static final int MAX_PAUSE_MS = 100;

  /** More than a party prepares ahead and has under way: these need a dealer that deals. */
  private static final int ANSWERS_BEYOND_STORE = 8 + STOCK + 2 * IN_FLIGHT + 4;

  private static final long MAX_DOWN_MS = 1_000;
  private static final long MAX_UP_MS = 1_500;
  private static final long MAX_INTO_RECOVERY_MS = 5_000;
  private static final double KILLED_IN_RECOVERY = 0.25;
  private static final double KILLED_TOGETHER = 0.1;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final Recoveries recoveries = new Recoveries();
  private final Map<Member, Integer> kills = new EnumMap<>(Member.class);
  private final List<Member> next = new ArrayList<>();

  /** Killed, started and not seen to serve yet, with the answers that each had by then. */
  private final Map<Member, Long> unserved = new EnumMap<>(Member.class);

  private final PrintStream log = System.out;
  private int storesKilled;

  @Test
  @SuppressWarnings("try") // Closing may be interrupted, as all that a test does.
  void shouldAnswerRightAndUseNothingTwiceWhateverIsKilled() throws Exception {
    SmallNetwork network = SmallNetwork.of(4, 6);
    DeploymentFiles files = DeploymentFiles.write(folder, network, SETTINGS);
    Answers answers = new Answers(network);
    long startNs = System.nanoTime();
    try (Deployment deployment =
        new Deployment(
            files, answers, random.split(), REQUEST_TIMEOUT_MS, IN_FLIGHT, MAX_PAUSE_MS)) {
      if (STORE_FROM_KILL == 0) {
        keepStore(files);
      }
      for (Member member : Member.values()) {
        deployment.start(member);
      }
      assertTrue(
          answers.await(null, ANSWERS_BEYOND_STORE, NEVER_MS), () -> "" + deployment.errors());
      while (total() < KILLS) {
        crash(deployment, files, answers);
      }
      assertEquals(List.of(), deployment.endedByThemselves());
    }
    AuditCheck.Findings audit = AuditCheck.ofDirectories(files.stateFolders());
    report(answers, audit, System.nanoTime() - startNs);
    String seed = "seed " + SEED + ", logs in " + folder;
    assertEquals(List.of(), answers.faults(), seed);
    assertEquals(List.of(), audit.violations(), seed);
    assertTrue(audit.opened() > answers.count() && audit.dealt() > answers.count(), seed);
    for (Path state : files.stateFolders()) {
      assertTrue(
          findsRepeatedIncarnation(files.stateFolders(), state), "the audit misses " + state);
    }
    assertTrue(answers.controls() > 0, seed);
    if (STORE_FROM_KILL == 0 || KILLS >= KILLS_FOR_STORE) {
      assertTrue(storesKilled > 0, "no party had a store when it was killed, " + seed);
    }
    assertTrue(answers.slowestFailureMs() < ENDED_MS + SLACK_MS, seed);
    if (LONG) {
      assertEquals(List.of(), recoveries.slowerThan(SERVICE_BACK_MS), seed);
    }
  }

  private static void keepStore(DeploymentFiles files) throws IOException {
    for (Member party : List.of(Member.PARTY_0, Member.PARTY_1)) {
      files.append(party, "store.inferences = " + STOCK);
    }
  }

  /** Kills one or two, starts them again, and most times waits until they serve. */
  private void crash(Deployment deployment, DeploymentFiles files, Answers answers)
      throws Exception {
    List<Member> victims = victims(random.nextDouble() < KILLED_TOGETHER ? 2 : 1);
    boolean inRecovery = !unserved.isEmpty();
    int killsBefore = total();
    long killNs = System.nanoTime();
    for (Member member : victims) {
      deployment.kill(member);
      kills.merge(member, 1, Integer::sum);
      storesKilled += hasStore(files.stateFolder(member)) ? 1 : 0;
    }
    LocalTime killed = LocalTime.now();
    if (killsBefore < STORE_FROM_KILL && total() >= STORE_FROM_KILL) {
      keepStore(files);
    }
    pause(random.nextLong(MAX_DOWN_MS));
    long startNs = System.nanoTime();
    long answersBefore = answers.count();
    for (Member member : victims) {
      unserved.put(member, answers.count(member));
      deployment.start(member);
    }
    if (total() < KILLS && random.nextDouble() < KILLED_IN_RECOVERY) {
      log.printf("%s %s, kill %d: next one in recovery%n", killed, victims, total());
      pause(random.nextLong(MAX_INTO_RECOVERY_MS));
      return;
    }
    boolean back = answers.await(null, answersBefore + ANSWERS_BEYOND_STORE, NEVER_MS);
    for (Map.Entry<Member, Long> role : unserved.entrySet()) {
      back &=
          !role.getKey().isClient() || answers.await(role.getKey(), role.getValue() + 1, NEVER_MS);
    }
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    long upMs = TimeUnit.NANOSECONDS.toMillis(deployment.upNs(victims) - startNs);
    log.printf(
        "%s %s, kill %d: up in %d ms, back in %d ms%n", killed, victims, total(), upMs, tookMs);
    assertTrue(back, () -> victims + ", kill " + total() + ": no service " + deployment.errors());
    recoveries.add(victims, inRecovery, total(), upMs, tookMs);
    unserved.clear();
    awaitEndOfWhatWasAsked(answers, killNs);
    pause(random.nextLong(MAX_UP_MS));
  }

  /** Service is back: what was asked before the last kill has been served too, or has ended. */
  private void awaitEndOfWhatWasAsked(Answers answers, long killNs) throws InterruptedException {
    long sinceKillMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killNs);
    assertTrue(
        answers.awaitEndOfAllBefore(killNs, Math.max(0, ENDED_MS - sinceKillMs) + SLACK_MS),
        () -> "kill " + total() + ": a request from before it has no end, logs in " + folder);
  }

  /** Returns whether a party that was killed had corrections on its disk. */
  private static boolean hasStore(Path state) throws IOException {
    if (!Files.exists(state)) {
      return false; // A client's.
    }
    try (DirectoryStream<Path> segments = Files.newDirectoryStream(state, "store-*.seg")) {
      for (Path segment : segments) {
        if (Files.size(segment) > 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** Draws without putting back until all have been drawn, so that none is spared. */
  private List<Member> victims(int count) {
    List<Member> victims = new ArrayList<>();
    while (victims.size() < count) {
      if (next.isEmpty()) {
        next.addAll(List.of(Member.values()));
        next.removeAll(victims);
      }
      victims.add(next.remove(random.nextInt(next.size())));
    }
    return victims;
  }

  /**
   * Returns whether the audit sees that an incarnation of this role was lived twice: the same keys,
   * again.
   */
  private static boolean findsRepeatedIncarnation(Collection<Path> states, Path state)
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

  private int total() {
    return kills.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static void pause(long milliseconds) throws InterruptedException {
    new CountDownLatch(1).await(milliseconds, TimeUnit.MILLISECONDS);
  }

  private void report(Answers answers, AuditCheck.Findings audit, long elapsedNs) {
    log.printf(
        "seed %d, %d kills %s in %d s%n",
        SEED, total(), kills, TimeUnit.NANOSECONDS.toSeconds(elapsedNs));
    log.printf(
        "%d answers, %d wrong; %d held against another image too, which they must not fit%n",
        answers.count(), answers.wrong(), answers.controls());
    log.printf(
        "requests that failed %s, at most %d ms after they were made or the last kill%n",
        answers.failures(), answers.slowestFailureMs());
    log.printf("%d times a party was killed with corrections on its disk%n", storesKilled);
    log.printf(
        "audit: %d lives, %d epochs, %d dealt, %d opened, %d used twice%n",
        audit.incarnations(),
        audit.epochs(),
        audit.dealt(),
        audit.opened(),
        audit.violationCount());
    recoveries.lines().forEach(log::println);
  }
}
