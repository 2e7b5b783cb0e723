// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.role.InsufficientMemoryException;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.state.StateException;
import io.pascaline.cli.admin.AdminServer;
import io.pascaline.cli.config.ModelFolder;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.TransportException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that a role of this process serves, and what its operator does with them: load, make
 * default, unload. A model is known by name and version, the start of its plan's digest, or by its
 * folder. Thread-safe; {@link #list} does not wait for a command that runs.
 */
public final class ServedModels implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServedModels.class);

  /** Longer than the longest drain that settings allow, which is ten minutes. */
  private static final long CLOSE_TIMEOUT_NS = TimeUnit.MINUTES.toNanos(11);

  private final Path folder;
  private final Loader loader;
  private final Optional<Defaults> defaults;
  private final List<Entry> entries = new CopyOnWriteArrayList<>();
  private final CompletableFuture<String> failure = new CompletableFuture<>();
  private volatile boolean closed;

  /** One model that runs. Thread-safe. */
  public interface Running extends AutoCloseable {
    /** Returns what it computes. */
    NetworkPlan plan();

    /** Returns whether an inference can succeed. */
    boolean isReady();

    /** Returns which of the others that it needs are there, by role. */
    Map<String, Boolean> connected();

    /** Completes when it cannot serve any more. */
    CompletionStage<RoleFailure> failure();

    /** Makes it what a request is for that names its model and no version. */
    void makeDefault();

    /** Lets what is in flight finish, and ends it. */
    @Override
    void close();
  }

  /** Starts models. */
  @FunctionalInterface
  public interface Loader {
    /**
     * Starts one; returns before its peers are there.
     *
     * @throws CommandFault if its files cannot be used
     */
    Running start(ModelFolder folder);
  }

  private static final class Entry {
    private final String folder;
    private final String name;
    private final String version;
    private final Running running;
    private volatile String failed = "";
    private volatile boolean draining;

    Entry(String folder, Running running) {
      this.folder = folder;
      this.running = running;
      name = running.plan().name();
      version = InferenceResult.version(running.plan());
    }

    String label() {
      return name + ":" + version;
    }

    boolean isReady() {
      return failed.isEmpty() && !draining && running.isReady();
    }
  }

  /**
   * Serves nothing yet.
   *
   * @param folder that has a folder for each model
   * @param defaultsFile where the defaults are kept; empty for a role that nobody asks without
   *     naming a version
   * @param loader starts models
   */
  public ServedModels(Path folder, Optional<Path> defaultsFile, Loader loader) {
    this.folder = folder;
    this.loader = loader;
    defaults = defaultsFile.map(Defaults::new);
  }

  /** Loads all models of the folder; one that cannot be is logged and left out. */
  public void loadAll() {
    for (ModelFolder model : ModelFolder.in(folder)) {
      try {
        load(model.name());
      } catch (SettingsFault fault) {
        LOG.atWarn().addKeyValue("model", model.name()).log("not loaded: {}", fault.line());
      }
    }
  }

  /**
   * Loads a model beside the others. The first version of a name is its default.
   *
   * @param folderName in the folder of models
   * @return what {@link #list} says of it
   * @throws CommandFault if it cannot be loaded; nothing has changed then
   */
  public synchronized Map<String, Object> load(String folderName) {
    requireOpen();
    Path path = folder.resolve(folderName).normalize();
    if (!folder.normalize().equals(path.getParent()) || !Files.isDirectory(path)) {
      throw new CommandFault(
          "models folder " + folder + " has no folder '" + folderName + "'",
          "name one of " + ModelFolder.in(folder).stream().map(ModelFolder::name).toList());
    }
    if (entries.stream().anyMatch(entry -> entry.folder.equals(folderName))) {
      throw new CommandFault(
          folderName + " is loaded already", "unload it first, or name another folder");
    }
    Running running = start(new ModelFolder(path));
    Entry entry = new Entry(folderName, running);
    boolean isFirst = entries.stream().noneMatch(other -> other.name.equals(entry.name));
    Optional<String> kept = defaultOf(entry.name);
    entries.add(entry);
    try {
      if (kept.isPresent() ? kept.get().equals(entry.version) : isFirst) {
        use(entry);
      }
    } catch (RuntimeException refused) {
      entries.remove(entry);
      running.close();
      throw refused;
    }
    running.failure().thenAccept(reason -> onFailure(entry, reason));
    LOG.atInfo().addKeyValue("model", entry.label()).log("loaded");
    return describe(entry);
  }

  /** A command may have waited for its turn while the role was told to stop. */
  private void requireOpen() {
    if (closed) {
      throw AdminServer.roleEnds();
    }
  }

  private Running start(ModelFolder model) {
    try {
      return loader.start(model);
    } catch (InsufficientMemoryException | StateException | TransportException e) {
      // Their messages say what to do.
      throw new CommandFault(model.name() + " is not loaded", e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          model.name() + " is not loaded (" + e.getMessage() + ")",
          "correct the role's settings, or share the model again",
          e);
    }
  }

  private void onFailure(Entry entry, RoleFailure reason) {
    if (reason.cause() == RoleFailure.Cause.SETUP) {
      entry.failed = reason.detail();
      LOG.atWarn().addKeyValue("model", entry.label()).log("not served: {}", reason.detail());
    } else {
      failure.complete(entry.label() + ": " + reason.detail());
    }
  }

  private void use(Entry entry) {
    // First what can fail, so that both name the same version.
    defaults.ifPresent(kept -> kept.put(entry.name, entry.version));
    entry.running.makeDefault();
  }

  private Optional<String> defaultOf(String name) {
    return defaults.flatMap(kept -> kept.of(name));
  }

  /**
   * Makes a version that is ready the one that requests are for which name none.
   *
   * @param model folder, or name and version
   * @return what {@link #list} says of it
   * @throws CommandFault if it is not served or not ready
   */
  public synchronized Map<String, Object> makeDefault(String model) {
    requireOpen();
    Entry entry = find(model);
    if (defaults.isEmpty()) {
      throw new CommandFault("a dealer has no default", "choose it at both parties");
    }
    if (!entry.isReady()) {
      throw new CommandFault(
          entry.label() + " is not ready (" + state(entry) + ")",
          "load it at both parties and the dealer, and wait until 'models list' says ready");
    }
    use(entry);
    return describe(entry);
  }

  /**
   * Takes no more requests for a version, lets those in flight finish, and ends it.
   *
   * @param model folder, or name and version
   * @return what {@link #list} said of it
   * @throws CommandFault if it is not served, or the default of a name that has other versions
   */
  public synchronized Map<String, Object> unload(String model) {
    requireOpen();
    Entry entry = find(model);
    boolean hasOthers =
        entries.stream().anyMatch(other -> other != entry && other.name.equals(entry.name));
    if (isDefault(entry) && hasOthers) {
      throw new CommandFault(
          entry.label() + " is the default", "make another version the default first");
    }
    Map<String, Object> last = describe(entry);
    entry.draining = true;
    try {
      entry.running.close();
    } finally {
      entries.remove(entry);
      if (!hasOthers) {
        defaults.ifPresent(kept -> kept.remove(entry.name));
      }
    }
    LOG.atInfo().addKeyValue("model", entry.label()).log("unloaded");
    return last;
  }

  private Entry find(String model) {
    List<Entry> found =
        entries.stream()
            .filter(
                entry ->
                    entry.label().equals(model)
                        || entry.folder.equals(model)
                        || entry.name.equals(model))
            .toList();
    if (found.size() != 1) {
      throw new CommandFault(
          found.isEmpty() ? model + " is not loaded" : model + " has several versions",
          "name one of " + entries.stream().map(Entry::label).toList());
    }
    return found.get(0);
  }

  private boolean isDefault(Entry entry) {
    return defaultOf(entry.name).filter(entry.version::equals).isPresent();
  }

  /** Returns what is served, and how far it is. */
  public List<Map<String, Object>> list() {
    List<Map<String, Object>> all = new ArrayList<>();
    entries.forEach(entry -> all.add(describe(entry)));
    return all;
  }

  private Map<String, Object> describe(Entry entry) {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("name", entry.name);
    form.put("version", entry.version);
    form.put("folder", entry.folder);
    form.put("default", isDefault(entry));
    form.put("ready", entry.isReady());
    form.put("state", state(entry));
    return form;
  }

  private static String state(Entry entry) {
    if (!entry.failed.isEmpty()) {
      return "failed: " + entry.failed;
    }
    if (entry.draining) {
      return "draining";
    }
    List<String> missing = new ArrayList<>();
    entry.running.connected().forEach((role, there) -> addUnless(there, missing, role));
    if (!missing.isEmpty()) {
      return "waits for " + String.join(" and ", missing) + " to serve it";
    }
    return entry.running.isReady() ? "ready" : "prepares correlations";
  }

  private static void addUnless(boolean there, List<String> missing, String role) {
    if (!there) {
      missing.add(role);
    }
  }

  /** Completes with one line when this process cannot serve any model any more. */
  public CompletionStage<String> failure() {
    return failure;
  }

  /** Refuses commands from now on, also those that wait for one that runs; does not wait. */
  public void refuseCommands() {
    closed = true;
  }

  /** Ends all models, side by side; none is loaded any more. */
  @Override
  public void close() {
    refuseCommands();
    closeAll();
  }

  private synchronized void closeAll() {
    List<Thread> closers = new ArrayList<>();
    for (Entry entry : entries) {
      entry.draining = true;
      Thread closer = new Thread(entry.running::close, "pascaline-unload");
      closer.setDaemon(true);
      closer.start();
      closers.add(closer);
    }
    long endNs = System.nanoTime() + CLOSE_TIMEOUT_NS;
    for (Thread closer : closers) {
      try {
        long leftNs = Math.max(1, endNs - System.nanoTime());
        TimeUnit.NANOSECONDS.timedJoin(closer, leftNs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    if (closers.stream().anyMatch(Thread::isAlive)) {
      LOG.warn("a model does not end");
    }
    entries.clear();
  }
}
