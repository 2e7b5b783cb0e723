// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What to train on what, and where the results go. Filled by picocli. */
public final class TrainOptions {
  @Option(
      names = "--model",
      paramLabel = "NAME|FILE",
      description =
          "fashion, lenet5, mobilenetv3-tiny, densenet13, wide-h, wide-s, wide-m, wide-l, wide-xl,"
              + " minionn, vgg16, resnet18, resnet20, resnet32, resnet110 or resnet50, or an ONNX file to start from"
              + " (default: fashion).")
  String model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DATA",
      description =
          "fashion-mnist, cifar10:PATH, cifar100:PATH, or the PATH of a folder or zip of class"
              + " folders.")
  String data;

  @Option(
      names = "--activation",
      paramLabel = "NAME",
      defaultValue = "poly4",
      description =
          "poly4, poly2, trig2 or trig3; or relu, relu6, leakyrelu, elu, gelu, silu, hardsigmoid,"
              + " hardswish, sigmoid or tanh, which the fused suite approximates (default:"
              + " ${DEFAULT-VALUE}).")
  String activation;

  @Option(
      names = "--hadamard",
      description =
          "Puts a Walsh-Hadamard transform and a diagonal in the place of square layers, fully"
              + " connected or 1x1, whose size is a power of two.")
  boolean hadamard;

  @Option(
      names = "--images",
      paramLabel = "N",
      description = "Learn from the first N training images only.")
  Integer images;

  @Option(
      names = "--teacher",
      paramLabel = "ONNX",
      description = "A network with exact ReLU whose answers are learnt too.")
  Path teacher;

  @Option(
      names = "--anneal-from",
      paramLabel = "ONNX",
      description =
          "A trained network with exact ReLU to start from; its ReLU turns slowly into the"
              + " activation, and it is the teacher unless --teacher gives another.")
  Path annealFrom;

  @Option(
      names = "--fine-tune",
      paramLabel = "ONNX",
      description =
          "A trained network with exact ReLU to start from. Harmonics replace its ReLU (--terms)."
              + " Training adapts the weights and keeps the harmonics. The given network with exact"
              + " ReLU is the teacher unless --teacher gives another.")
  Path fineTune;

  @Option(
      names = "--terms",
      paramLabel = "K",
      defaultValue = "3",
      description =
          "Harmonics for each activation with --fine-tune, as of infer --approximate K (default:"
              + " ${DEFAULT-VALUE}).")
  int terms;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "One epoch of N batches, of images drawn with the seed.")
  Integer steps;

  @Option(
      names = "--compare",
      paramLabel = "ONNX",
      description =
          "A network whose ranges the model card shows too (default: that of --anneal-from).")
  Path compare;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Folder for checkpoint, ONNX file and model card.")
  Path output;

  @Option(names = "--resume", description = "Resume from the checkpoint in the output folder.")
  boolean resume;

  @Option(
      names = "--checkpoint-steps",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "Steps between checkpoints within an epoch; there is one after every epoch (default:"
              + " ${DEFAULT-VALUE}).")
  int checkpointSteps;

  @Option(
      names = "--secure-images",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Test images of the private run at the end; 0 for none (default: ${DEFAULT-VALUE}).")
  int secureImages;

  @Option(
      names = "--weights",
      paramLabel = "FORMAT",
      defaultValue = "float32",
      description =
          "Format of the weights of large layers in the ONNX file: float32, float16 or int8. The"
              + " last two round the weights after training (default: ${DEFAULT-VALUE}).")
  String weights;

  @Option(
      names = "--licence",
      paramLabel = "TEXT",
      description = "Licence of the trained network, for the model card.")
  String licence;

  @Option(
      names = "--intended-use",
      paramLabel = "TEXT",
      description = "What the network is for and what it is not for; for the model card.")
  String intendedUse;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the engine (default: all processors).")
  Integer threads;

  /** For picocli. */
  public TrainOptions() {}
}
