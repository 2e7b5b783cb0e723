// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;

/**
 * ONNX Runtime's processor backend, silent and without telemetry. Its other settings are the
 * defaults, with one exception: the threads of a session wait for work without pause during a run
 * only, and not after it. Stateless and thread-safe.
 */
public final class OnnxRuntime {
  /**
   * By default, the threads of a session look for work for tens of milliseconds after a run, and
   * keep all but one of the cores busy meanwhile. Whatever runs next would be slower.
   */
  private static final String STOP_SPINNING_AFTER_RUN = "session.force_spinning_stop";

  private OnnxRuntime() {}

  /**
   * Loads a model.
   *
   * @param onnx the model's bytes; not kept
   * @param threadCount threads that share the work of an operator; 0 for one per core
   * @return the model, ready to run; the caller closes it
   * @throws OrtException if ONNX Runtime does not take the model, or its library cannot be loaded
   */
  public static OrtSession open(byte[] onnx, int threadCount) throws OrtException {
    try (OrtSession.SessionOptions options = silent()) {
      options.setIntraOpNumThreads(threadCount);
      return environment().createSession(onnx, options);
    }
  }

  /**
   * Loads a model.
   *
   * @param onnx the model's bytes from position to limit, outside the heap; not kept
   * @return the model, ready to run; the caller closes it
   * @throws OrtException if ONNX Runtime does not take the model, or its library cannot be loaded
   */
  public static OrtSession open(ByteBuffer onnx) throws OrtException {
    try (OrtSession.SessionOptions options = silent()) {
      return environment().createSession(onnx, options);
    }
  }

  private static OrtSession.SessionOptions silent() throws OrtException {
    environment();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    options.addConfigEntry(STOP_SPINNING_AFTER_RUN, "1");
    return options;
  }

  /**
   * Returns the library.
   *
   * @throws OrtException if it cannot be loaded
   */
  public static OrtEnvironment environment() throws OrtException {
    try {
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "pascaline");
      environment.setTelemetry(false);
      return environment;
    } catch (LinkageError e) {
      // Its native library is unpacked to the temporary folder, which may not be there.
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new OrtException(
          "its library cannot be loaded from "
              + System.getProperty("java.io.tmpdir")
              + ": "
              + cause.getMessage());
    }
  }
}
