// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.SmallNetworks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of models whose start or end fails half way. */
class ServedModelsTest {
  @TempDir private Path folder;

  private final NetworkPlan plan = SmallNetworks.linear().plan();
  private final List<FakeModel> started = new ArrayList<>();

  /** Runs without doing anything. */
  private final class FakeModel implements ServedModels.Running {
    private boolean isClosed;
    private boolean isDefault;
    private boolean endsBadly;

    @Override
    public NetworkPlan plan() {
      return plan;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public Map<String, Boolean> connected() {
      return Map.of();
    }

    @Override
    public CompletionStage<RoleFailure> failure() {
      return new CompletableFuture<>();
    }

    @Override
    public void makeDefault() {
      isDefault = true;
    }

    @Override
    public void close() {
      isClosed = true;
      if (endsBadly) {
        throw new IllegalStateException("it does not end");
      }
    }
  }

  @BeforeEach
  void makeModels() throws IOException {
    Files.createDirectories(folder.resolve("models/one"));
  }

  private ServedModels models(ServedModels.Loader loader) {
    return new ServedModels(
        folder.resolve("models"), Optional.of(folder.resolve("state/defaults")), loader);
  }

  private ServedModels models() {
    return models(
        model -> {
          FakeModel running = new FakeModel();
          started.add(running);
          return running;
        });
  }

  @Test
  void shouldLoadNothingIfTheDefaultCannotBeKept() throws IOException {
    try (ServedModels models = models()) {
      SettingsFault fault = assertThrows(SettingsFault.class, () -> models.load("one"));
      assertTrue(fault.line().contains("defaults"), fault.line());
      assertEquals(List.of(), models.list());
      assertTrue(started.get(0).isClosed);

      Files.createDirectory(folder.resolve("state"));
      assertEquals(true, models.load("one").get("default"));
      assertTrue(started.get(1).isDefault);
      assertFalse(started.get(1).isClosed);
    }
  }

  @Test
  void shouldForgetAModelThatEndsBadly() throws IOException {
    Files.createDirectory(folder.resolve("state"));
    try (ServedModels models = models()) {
      models.load("one");
      started.get(0).endsBadly = true;

      assertThrows(IllegalStateException.class, () -> models.unload("one"));

      assertEquals(List.of(), models.list());
      models.load("one");
      assertEquals(1, models.list().size());
    }
  }

  @Test
  void shouldNotSendAnOperatorToAnotherModelForAWrongSetting() {
    try (ServedModels models =
        models(
            model -> {
              throw new IllegalArgumentException("maxBatch must be 1 to 256: 0");
            })) {
      SettingsFault fault = assertThrows(SettingsFault.class, () -> models.load("one"));
      assertTrue(fault.line().contains("maxBatch must be 1 to 256: 0"), fault.line());
      assertFalse(fault.line().contains("unload"), fault.line());
    }
  }

  @Test
  void shouldRefuseCommandsAndGoOnServing() throws IOException {
    Files.createDirectory(folder.resolve("state"));
    Files.createDirectories(folder.resolve("models/two"));
    try (ServedModels models = models()) {
      models.load("one");

      models.refuseCommands();

      assertThrows(SettingsFault.class, () -> models.load("two"));
      assertThrows(SettingsFault.class, () -> models.makeDefault("one"));
      assertThrows(SettingsFault.class, () -> models.unload("one"));
      assertEquals(1, models.list().size());
      assertFalse(started.get(0).isClosed);
    }
  }

  /** A load or a default may have waited while the role was told to stop. */
  @Test
  void shouldStartNoModelAfterItIsClosed() throws IOException {
    Files.createDirectory(folder.resolve("state"));
    Files.createDirectories(folder.resolve("models/two"));
    ServedModels models = models();
    models.load("one");

    models.close();

    assertTrue(started.get(0).isClosed);
    assertThrows(SettingsFault.class, () -> models.load("two"));
    assertThrows(SettingsFault.class, () -> models.makeDefault("one"));
    assertEquals(1, started.size());
    assertEquals(List.of(), models.list());
  }
}
