// Photos and voice before they are sent.

const LARGE = 2 * 1024 * 1024; // bytes; a phone's photo is made smaller before it leaves, so that ten of them fit into one post
const EDGE = 2048; // pixels

export async function smaller(file) {
  if (file.size <= LARGE) return file;
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, EDGE / Math.max(image.width, image.height));
    const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
    return new File([blob], file.name, { type: "image/jpeg" });
  } catch {
    return file; // a kind this browser cannot draw: the server may know it
  }
}

export const canRecord = () => Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);

/** Starts at once; raises when there is no microphone or no leave to use it. `stop(keep)` resolves to a File or null. */
export async function record() {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(microphone);
  const parts = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  recorder.start();
  return {
    stop: (keep) => new Promise((resolve) => {
      recorder.addEventListener("stop", () => {
        for (const track of microphone.getTracks()) track.stop();
        const type = recorder.mimeType.split(";")[0] || "audio/webm";
        resolve(keep ? new File(parts, `ghi-am.${type.split("/")[1]}`, { type }) : null);
      });
      recorder.stop();
    }),
  };
}
