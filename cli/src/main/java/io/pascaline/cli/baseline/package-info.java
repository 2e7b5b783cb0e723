/**
 * The same network in clear: what privacy is compared with, for predictions and for speed.
 *
 * <p>Nothing here is private. The evaluator belongs to the thread that opened it.
 */
package io.pascaline.cli.baseline;
