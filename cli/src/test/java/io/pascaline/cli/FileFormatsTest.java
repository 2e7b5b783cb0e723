// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.state.AuditFile;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateRole;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.layers.canary.Canary;
import io.pascaline.layers.canary.CanarySet;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.format.FileFormat;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.training.checkpoint.Checkpoint;
import io.pascaline.training.checkpoint.CheckpointFile;
import io.pascaline.training.checkpoint.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One law for every kind of file: what is damaged or truncated is refused, in one line. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FileFormatsTest {
  @TempDir private Path folder;

  /** A kind of file: how one is written into an empty folder, and how it is read. */
  enum Kind {
    PLAN(false) {
      @Override
      Path write(Path folder) throws Exception {
        return Files.write(folder.resolve("plan.bin"), network().plan().encode());
      }

      @Override
      void read(Path file) throws Exception {
        NetworkPlan.decode(Files.readAllBytes(file));
      }
    },
    MODEL_SHARE(false) {
      @Override
      Path write(Path folder) throws Exception {
        Path file = folder.resolve("party1.share");
        ModelShares.split(network(), new SecureRandom())[1].write(file);
        return file;
      }

      @Override
      void read(Path file) throws Exception {
        ModelShare.read(file);
      }
    },
    CANARIES(false) {
      @Override
      Path write(Path folder) throws Exception {
        Path file = folder.resolve("canaries.bin");
        Canary canary = new Canary(0, new int[] {1, 2, 3, 4}, new int[] {5, 6}, 7);
        new CanarySet(network().plan().digest(), true, List.of(canary)).write(file);
        return file;
      }

      @Override
      void read(Path file) throws Exception {
        CanarySet.read(file);
      }
    },
    CHECKPOINT(false) {
      @Override
      Path write(Path folder) throws Exception {
        CheckpointFile file = new CheckpointFile(folder);
        file.write(
            new Checkpoint("recipe", Progress.at(3), Map.of("weights", new float[] {1, 2, 3})));
        return file.path();
      }

      @Override
      void read(Path file) throws Exception {
        new CheckpointFile(file.getParent()).read();
      }
    },
    WATERMARK(true) {
      @Override
      Path write(Path folder) throws Exception {
        return state(folder).resolve("watermark");
      }

      @Override
      void read(Path file) {
        RoleState.open(new StateSettings(file.getParent(), false), StateRole.PARTY_1).close();
      }
    },
    AUDIT(true) {
      @Override
      Path write(Path folder) throws Exception {
        return state(folder).resolve("audit-000001.log");
      }

      @Override
      void read(Path file) throws Exception {
        AuditFile.read(file);
      }
    };

    private final boolean grows;

    Kind(boolean grows) {
      this.grows = grows;
    }

    abstract Path write(Path folder) throws Exception;

    abstract void read(Path file) throws Exception;
  }

  private static CompiledNetwork network() {
    LinearNode node =
        new LinearNode(
            "layer", List.of("x"), new MatrixProduct(2, 2), new float[] {1, 2, 3, 4}, null);
    NetworkGraph graph = new NetworkGraph("net", "x", Shape.of(2), List.of(node), "layer");
    return FusedCompiler.compile(graph, List.of(new float[] {1, -1}), FusedSettings.standard());
  }

  private static Path state(Path folder) throws Exception {
    Path directory = folder.resolve("state");
    try (RoleState state = RoleState.open(new StateSettings(directory, true), StateRole.PARTY_1)) {
      state.watermark().begin(1, 1).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
    return directory;
  }

  private static void assertRefused(Kind kind, Path file, String what) {
    Exception refused = assertThrows(Exception.class, () -> kind.read(file), what);
    assertFalse(refused instanceof NullPointerException, what);
    assertFalse(refused.getMessage().contains("\n"), what);
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseAFileThatIsTruncatedAnywhere(Kind kind) throws Exception {
    Path file = kind.write(folder);
    byte[] whole = Files.readAllBytes(file);
    kind.read(file);
    // Records are appended one by one: a file of such ends anywhere after a crash.
    int end = kind.grows ? FileFormat.HEADER_BYTES : whole.length;
    for (int length = 0; length < end; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(kind, file, "length " + length);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseAFileWithAnyBitOfItsHeaderFlipped(Kind kind) throws Exception {
    Path file = kind.write(folder);
    byte[] whole = Files.readAllBytes(file);
    for (int bit = 0; bit < Byte.SIZE * FileFormat.HEADER_BYTES; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      Files.write(file, flipped);
      assertRefused(kind, file, "bit " + bit);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldTellAnOlderFileFromANewerOne(Kind kind) throws Exception {
    Path file = kind.write(folder);
    byte[] whole = Files.readAllBytes(file);
    for (int step : new int[] {-1, 1}) {
      byte[] other = whole.clone();
      other[9] += (byte) step;
      int crc = FileFormat.crc32c(other, 0, FileFormat.HEADER_BYTES - Integer.BYTES);
      for (int i = 0; i < Integer.BYTES; i++) {
        other[FileFormat.HEADER_BYTES - 1 - i] = (byte) (crc >>> Byte.SIZE * i);
      }
      Files.write(file, other);
      Exception refused = assertThrows(Exception.class, () -> kind.read(file));
      String expected = step < 0 ? "older than" : "newer than";
      assertTrue(refused.getMessage().contains(expected), refused.getMessage());
    }
  }
}
