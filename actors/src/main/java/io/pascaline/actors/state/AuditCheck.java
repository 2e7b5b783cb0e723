// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import io.pascaline.transport.link.LinkMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the audit logs of all roles, over all their incarnations, and says whether any correlation
 * was used twice:
 *
 * <ul>
 *   <li>no role enters an epoch twice, and all roles enter it with the same salt;
 *   <li>nothing is dealt or opened outside an epoch that this very incarnation entered;
 *   <li>the dealer deals (epoch, session, layer) once;
 *   <li>a party opens (epoch, session, layer, round) once; an opening in advance is that of the
 *       first round; two openings with different values, which reveal a difference of secrets, are
 *       told apart from two with the same;
 *   <li>a party reveals (epoch, session, layer) once, and opens nothing of it but in advance, where
 *       no input is masked;
 *   <li>where the dealer deals for a layer, what both parties open there has been dealt. One party
 *       may open what was not: it draws all of its mask from its key, and the other one waits for a
 *       correction that a dealer which was killed will never send.
 * </ul>
 *
 * <p>Memory grows with the records. For one thread.
 */
public final class AuditCheck {
  private static final int MAX_LISTED = 100;

  private record Place(StateRole role, long epoch, long number, int layer, int round) {
    Place at(StateRole other) {
      return new Place(other, epoch, number, layer, round);
    }

    /** Returns the place in which the first round of the layer is opened in the other phase. */
    Place inTheOtherPhaseOrNull() {
      return round > 0
          ? null
          : new Place(role, epoch, number, layer, round == 0 ? LinkMessage.IN_ADVANCE : 0);
    }
  }

  private record LayerOfEpoch(long epoch, int layer) {}

  private final Map<Place, AuditRecord> used = new HashMap<>();
  private final Map<Long, AuditRecord> salts = new HashMap<>();
  private final Set<LayerOfEpoch> dealtLayers = new HashSet<>();
  private final List<String> violations = new ArrayList<>();
  private long violationCount;
  private long dealtCount;
  private long openedCount;
  private int incarnationCount;

  private AuditCheck() {}

  /**
   * What was found.
   *
   * @param incarnations files read, one for each incarnation of a role
   * @param epochs different epochs entered
   * @param dealt corrections dealt
   * @param opened masked tensors opened, those of weights included
   * @param violationCount violations in all; 0 if no correlation was used twice
   * @param violations the first hundred of them, one line each
   */
  public record Findings(
      int incarnations,
      int epochs,
      long dealt,
      long opened,
      long violationCount,
      List<String> violations) {
    /** Copies the list. */
    public Findings {
      violations = List.copyOf(violations);
    }
  }

  /**
   * Checks the logs in the state folders of all roles.
   *
   * @throws IOException if they cannot be read
   * @throws StateException if one is damaged
   */
  public static Findings ofDirectories(Collection<Path> stateDirectories) throws IOException {
    List<AuditFile> files = new ArrayList<>();
    for (Path directory : stateDirectories) {
      files.addAll(AuditFile.readAll(directory));
    }
    return of(files);
  }

  /** Checks logs that were read. */
  public static Findings of(Collection<AuditFile> files) {
    AuditCheck check = new AuditCheck();
    files.forEach(check::incarnation);
    check.openedUndealt();
    return new Findings(
        check.incarnationCount,
        check.salts.size(),
        check.dealtCount,
        check.openedCount,
        check.violationCount,
        check.violations);
  }

  private void incarnation(AuditFile file) {
    incarnationCount++;
    Set<Long> entered = new HashSet<>();
    for (AuditRecord record : file.records()) {
      Place place =
          new Place(file.role(), record.epoch(), record.number(), record.layer(), record.round());
      AuditRecord before = used.putIfAbsent(place, record);
      switch (record.event()) {
        case EPOCH -> {
          entered.add(record.epoch());
          expect(before == null, place, "was entered twice");
          AuditRecord salt = salts.putIfAbsent(record.epoch(), record);
          expect(
              salt == null || salt.digest().equals(record.digest()),
              place,
              "has keys of another salt than at the other roles");
        }
        case DEALT -> {
          dealtCount++;
          dealtLayers.add(new LayerOfEpoch(record.epoch(), record.layer()));
          expect(before == null, place, "was dealt twice");
        }
        case REVEALED -> expect(before == null, place, "was revealed after its use");
        default -> {
          openedCount++;
          expect(before == null, place, openedAgain(before, record));
          Place other = place.inTheOtherPhaseOrNull();
          AuditRecord twin = other == null ? null : used.get(other);
          expect(
              twin == null || twin.event() != AuditEvent.OPENED,
              place,
              "was opened in advance and in its session");
        }
      }
      expect(
          entered.contains(record.epoch()),
          place,
          "was used in an incarnation that did not enter it");
    }
  }

  private static String openedAgain(AuditRecord beforeOrNull, AuditRecord record) {
    if (beforeOrNull != null && beforeOrNull.event() == AuditEvent.REVEALED) {
      return "was opened after its masks were revealed";
    }
    return beforeOrNull != null && beforeOrNull.digest().equals(record.digest())
        ? "was opened twice"
        : "was opened with different values";
  }

  private void openedUndealt() {
    for (Place place : used.keySet()) {
      if (place.role() == StateRole.PARTY_0
          && place.number() >= 0
          && used.get(place).event() == AuditEvent.OPENED
          && isOpenedByParty1(place)
          && dealtLayers.contains(new LayerOfEpoch(place.epoch(), place.layer()))) {
        expect(
            used.containsKey(
                new Place(StateRole.DEALER, place.epoch(), place.number(), place.layer(), 0)),
            place,
            "was opened by both parties and never dealt");
      }
    }
  }

  private boolean isOpenedByParty1(Place ofParty0) {
    Place own = ofParty0.at(StateRole.PARTY_1);
    Place other = own.inTheOtherPhaseOrNull();
    return used.containsKey(own) || (other != null && used.containsKey(other));
  }

  private void expect(boolean holds, Place place, String otherwise) {
    if (!holds) {
      violationCount++;
      if (violations.size() < MAX_LISTED) {
        violations.add(
            place.role()
                + ": epoch "
                + Long.toHexString(place.epoch())
                + " session "
                + place.number()
                + " layer "
                + place.layer()
                + " round "
                + place.round()
                + " "
                + otherwise);
      }
    }
  }
}
