// A camera, asked for on a click: camera(node, take, say).open() shows what it sees under `node`, with a
// button that takes a picture; close() lets go of it.

/** @import { Say } from "./types" */
import { context2d, make } from "../common/views/elements.js";
import { translate } from "../common/views/language.js";

const SIDE = 448;  // pixels of a picture taken

/** @type {(node: HTMLElement, take: (file: Blob) => unknown, say: Say) => { open: () => Promise<void>, close: () => void }} */
export const camera = (node, take, say) => {
  let stream = /** @type {MediaStream | null} */ (null), asked = 0;
  const close = () => {
    asked += 1;
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    node.replaceChildren();
  };
  const open = async () => {
    close();
    const mine = asked;
    if (!navigator.mediaDevices?.getUserMedia) { say("retrain.camera.none"); return; }
    let seen;
    try {
      seen = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 } } });
    } catch { say("retrain.camera.refused"); return; }
    if (mine !== asked) { seen.getTracks().forEach((track) => track.stop()); return; }
    stream = seen;
    const video = make("video", { playsinline: "", "data-i18n-label": "retrain.camera.view" });
    video.muted = true;
    video.srcObject = seen;
    const shoot = make("button", { type: "button", class: "main shoot", "data-i18n": "retrain.camera.take" });
    const end = make("button", { type: "button", class: "end", "data-i18n": "retrain.camera.close" });
    end.onclick = close;
    shoot.onclick = () => {
      const side = Math.min(video.videoWidth, video.videoHeight);
      if (!side) return;  // nothing has been seen yet
      const canvas = make("canvas");
      canvas.width = canvas.height = SIDE;
      context2d(canvas).drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, SIDE, SIDE);
      canvas.toBlob((file) => { if (file) take(file); }, "image/jpeg", 0.92);
    };
    node.replaceChildren(video, make("p", "row", shoot, end));
    translate(node);
    await video.play();
  };
  return { open, close };
};
