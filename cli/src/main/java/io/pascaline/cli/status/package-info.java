/** What a running role tells of itself: its metrics, over HTTP on this machine. */
package io.pascaline.cli.status;
