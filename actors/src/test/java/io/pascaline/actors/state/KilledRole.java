// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;

/**
 * A process that uses up correlations as fast as it can, in the way of a party, and says on its
 * standard output what it has used, until it is killed. See {@link KillTest}.
 */
final class KilledRole {
  private static final int NUMBERS_PER_EPOCH = 5_000;
  private static final int SAY_EVERY = 50;
  private static final long BLOCK = 100;

  private KilledRole() {}

  public static void main(String[] args) throws Exception {
    SecureRandom random = new SecureRandom();
    try (RoleState state =
        RoleState.open(new StateSettings(Path.of(args[0]), true), StateRole.PARTY_0)) {
      while (true) {
        long epoch = random.nextLong();
        long end = BLOCK;
        state.watermark().begin(epoch, end).toCompletableFuture().get(60, TimeUnit.SECONDS);
        state.audit().record(AuditRecord.epoch(epoch, new byte[] {1}));
        for (long number = 0; number < NUMBERS_PER_EPOCH; number++) {
          if (number == end) {
            end += BLOCK;
            state.watermark().reserve(epoch, end).toCompletableFuture().get(60, TimeUnit.SECONDS);
          }
          state
              .audit()
              .record(
                  AuditRecord.opened(
                      epoch, number, 0, 0, AuditRecord.Digest.of(new int[] {(int) number}, 0, 1)));
          if (number % SAY_EVERY == 0) {
            System.out.println(epoch + " " + number);
          }
        }
      }
    }
  }
}
